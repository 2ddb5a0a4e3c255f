// Loaded before Azurite: ends it when the test process, which holds the other end of this pipe, is gone for whatever reason.
process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0)).resume();
