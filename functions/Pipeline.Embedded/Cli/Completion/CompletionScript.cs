namespace Pipeline.Embedded.Cli.Completion;

/// <summary>What a shell is to read so that it completes words of <c>pipeline</c>. The script asks this very program for candidates, one a
/// line with a tab and its meaning behind it, and makes the command <c>pipeline</c> where there is none.</summary>
internal static class CompletionScript
{
    /// <summary>The script.</summary>
    /// <param name="shell">The shell.</param>
    /// <param name="program">The words that start this program.</param>
    public static string Of(ShellKind shell, IReadOnlyList<string> program)
    {
        var script = shell switch
        {
            ShellKind.Bash => Bash,
            ShellKind.Zsh => Zsh,
            ShellKind.Fish => Fish,
            _ => PowerShell,
        };
        return script.Replace("@PROGRAM@", string.Join(' ', program.Select(word => Quote(shell, word))), StringComparison.Ordinal).ReplaceLineEndings("\n");
    }

    // A word as the shell takes it whatever is in it.
    private static string Quote(ShellKind shell, string word) => shell switch
    {
        ShellKind.Fish => $"'{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'",
        ShellKind.PowerShell => $"'{word.Replace("'", "''", StringComparison.Ordinal)}'",
        _ => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'",
    };

    private const string Bash = """
        # Completion of 'pipeline' in bash. In ~/.bashrc:  eval "$(pipeline completion bash)"
        command -v pipeline >/dev/null 2>&1 || pipeline() { @PROGRAM@ "$@"; }
        _pipeline_complete() {
            local line=${COMP_LINE:0:COMP_POINT} word=$2 typed candidate
            line=${line#"${line%%[![:space:]]*}"}
            [[ $line == *[[:space:]]* ]] && line=${line#*[[:space:]]} || line=
            # Readline cuts words at ':' and '=', and keeps what stands before.
            typed=${line##*[[:space:]]}
            COMPREPLY=()
            while IFS=$'\t' read -r candidate _; do
                COMPREPLY+=("${candidate#"${typed%"$word"}"}")
            done < <(@PROGRAM@ "[suggest:${#line}]" "$line" 2>/dev/null)
            [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace 2>/dev/null
            return 0
        }
        complete -o default -F _pipeline_complete pipeline

        """;

    private const string Zsh = """
        # Completion of 'pipeline' in zsh. In ~/.zshrc, after compinit:  eval "$(pipeline completion zsh)"
        (( $+commands[pipeline] + $+functions[pipeline] + $+aliases[pipeline] )) || pipeline() { @PROGRAM@ "$@" }
        _pipeline_complete() {
            local line="${(j: :)words[2,CURRENT]}" candidate
            local -a found folders
            while IFS= read -r candidate; do
                if [[ ${candidate%%$'\t'*} == */ ]]; then
                    folders+=("${candidate%%$'\t'*}")
                else
                    # A colon ends the candidate where its meaning follows.
                    found+=("${${candidate%%$'\t'*}//:/\\:}${${(M)candidate%$'\t'*}/$'\t'/:}")
                fi
            done < <(@PROGRAM@ "[suggest:${#line}]" "$line" 2>/dev/null)
            (( $#folders )) && compadd -S '' -- "${folders[@]}"
            (( $#found )) && _describe 'pipeline' found
            (( $#folders + $#found )) || _files
        }
        (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
        compdef _pipeline_complete pipeline

        """;

    private const string Fish = """
        # Completion of 'pipeline' in fish. In ~/.config/fish/config.fish:  pipeline completion fish | source
        if not type -q pipeline
            function pipeline
                @PROGRAM@ $argv
            end
        end
        function __pipeline_complete
            set -l line (string replace -r '^\s*\S+\s?' '' -- (commandline -cp))
            @PROGRAM@ "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c pipeline -f -a '(__pipeline_complete)'

        """;

    private const string PowerShell = """
        # Completion of 'pipeline' in PowerShell. In $PROFILE:  pipeline completion powershell | Out-String | Invoke-Expression
        if (-not (Get-Command pipeline -ErrorAction SilentlyContinue)) { function global:pipeline { & @PROGRAM@ @args } }
        Register-ArgumentCompleter -Native -CommandName pipeline -ScriptBlock {
            param($word, $ast, $position)
            $length = $position - $ast.Extent.StartOffset
            $line = ($ast.ToString().PadRight($length).Substring(0, $length) -replace '^\s*\S+\s?', '')
            # Windows PowerShell drops an empty argument, and the quotes of others.
            $asked = if ($line) { $line.Replace('"', '\"') } else { ' ' }
            & @PROGRAM@ "[suggest:$($line.Length)]" $asked 2>$null | ForEach-Object {
                $value, $meaning = $_ -split "`t", 2
                if ($value -like "$([WildcardPattern]::Escape($word))*") {
                    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $(if ($meaning) { $meaning } else { $value }))
                }
            }
        }

        """;
}
