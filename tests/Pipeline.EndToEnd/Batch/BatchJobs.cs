using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.EndToEnd.Batch;

/// <summary>Batch jobs through the whole app. One list, run over a directory and over Blob storage.</summary>
public abstract class BatchJobs(SalesApp sales) : IAsyncLifetime
{
    private RunningApp? _app;

    private RunningApp App => _app!;

    public async Task InitializeAsync() => _app = await sales.GetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [SkippableTheory]
    [InlineData("select shop, count(*) as n, sum(price) as total, min(day) as first, max(customer) as last from sales group by shop order by shop")]
    [InlineData("select count(*) as n, count(price) as priced, count(distinct customer) as customers from sales")]
    [InlineData("select month, median(price) as middle, quantile_disc(price, 0.9) as high from sales group by all order by month")]
    [InlineData("select s.name, count(*) as n from sales f join shops s using (shop) where s.open group by s.name having count(*) > 10 order by n desc, s.name")]
    [InlineData("select shop, month, count(*) as n, grouping(shop, month) as level from sales group by rollup (shop, month) order by all")]
    [InlineData("select id, price from sales where price > 90 order by price desc, id limit 25")]
    [InlineData("select distinct customer from sales order by customer")]
    [InlineData("with monthly as (select month, sum(price) as total from sales group by month) select month, total - lag(total) over (order by month) as growth from monthly order by month")]
    [InlineData("select id, sum(price) over (partition by shop order by id) as running from sales order by id limit 10")]
    [InlineData("select shop, string_agg(customer, ';' order by id) filter (where id % 997 = 0) as who, arg_max(id, price) as best, bool_or(price is null) as gap from sales group by shop order by shop")]
    public async Task Run_Query_GivesDuckDbsOwnAnswer(string query)
    {
        var result = await App.RunAsync(Spec(query, """, "options": { "taskSize": "4KB" } """));

        var rows = result.Rows.Select(row => string.Join(", ", row.EnumerateArray().Select(v => v.GetRawText())));
        var expected = sales.Data.Ask(query).Select(row => string.Join(", ", JsonDocument.Parse(row).RootElement.EnumerateObject().Select(p => p.Value.GetRawText())));
        Assert.Equal(expected, rows);
        Assert.Equal(result.Rows.Count, result.RowCount);
    }

    [SkippableFact]
    public async Task Run_SplitQuery_ReportsProgressAndFigures()
    {
        var id = await App.SubmitAsync(Spec("select shop, sum(price) as total from sales group by shop", """, "options": { "taskSize": "4KB" } """));

        var job = await App.EndAsync(id);

        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.Equal(job.Progress!.TasksTotal, job.Progress.TasksDone);
        Assert.InRange(job.Progress.TasksTotal, 7, 100);
        Assert.Equal(60_000, job.Output!.Statistics["rowsRead"]);
        Assert.Equal(7, job.Output.Rows);
        Assert.All(job.Tasks!.Stages, stage => Assert.Equal(stage.TasksTotal, stage.TasksDone));
        Assert.Equal(job.Progress.TasksTotal, job.Tasks.Stages.Sum(stage => stage.TasksTotal));
        Assert.Equal("final", job.Tasks.Stages[^1].Name);
        Assert.Equal(5, job.Tasks.Slowest.Count);
        Assert.Equal(job.Tasks.Slowest.OrderByDescending(task => task.Milliseconds), job.Tasks.Slowest);
    }

    [SkippableFact]
    public async Task Restart_AJob_IsAnotherWithTheSameSpec()
    {
        var spec = Spec("select count(*) as n from sales");
        var first = await App.SubmitAsync(spec);
        await App.EndAsync(first);

        using var answer = await App.Http.PostAsync(new Uri($"api/jobs/{first}/restart", UriKind.Relative), null);
        var second = (await answer.Content.ReadFromJsonAsync<JobAccepted>(Responses.Json))!.Id;

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.NotEqual(first, second);
        Assert.Equal(60_000, (await App.ResultAsync(second)).Rows[0][0].GetInt64());
        Assert.Equal(spec, await App.Http.GetStringAsync(new Uri($"api/jobs/{second}/spec", UriKind.Relative)));
        foreach (var route in new[] { "api/jobs/no-such-job/spec", "api/jobs/no-such-job/artifacts/a.png" })
            Assert.Equal(HttpStatusCode.NotFound, (await App.Http.GetAsync(new Uri(route, UriKind.Relative))).StatusCode);
        using var nothing = await App.Http.PostAsync(new Uri("api/jobs/no-such-job/restart", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }

    [SkippableFact]
    public async Task Dataset_LookedInto_GivesItsFilesAndFirstRows()
    {
        var files = (await App.Http.GetFromJsonAsync<List<DatasetFileView>>("api/datasets/sales/files", Responses.Json))!;
        var rows = (await App.Http.GetFromJsonAsync<JobResult>("api/datasets/sales/rows?top=7", Responses.Json))!;

        Assert.Equal(60_000, files.Sum(file => file.Rows));
        Assert.All(files, file => Assert.Equal(file.Path.Split('/')[0], $"month={file.Partition["month"]}"));
        Assert.Equal(60_000, rows.RowCount);
        Assert.Equal(7, rows.Rows.Count);
        var month = rows.Columns.ToList().FindIndex(column => column.Name == "month");
        Assert.Equal(files[0].Partition["month"], rows.Rows[0][month].ToString());
        Assert.Equal(HttpStatusCode.BadRequest, (await App.Http.GetAsync(new Uri("api/datasets/sales/rows?top=0", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await App.Http.GetAsync(new Uri("api/datasets/nothing/files", UriKind.Relative))).StatusCode);
    }

    [SkippableFact]
    public async Task Plan_FilterOnPartitionAndStatistics_ReadsOnlyWhatCanMatch()
    {
        using var response = await App.PostAsync(Spec("select sum(price) as total from sales where month in (2, 3) and id < 22000"), "api/jobs/plan");

        var plan = JsonSerializer.Deserialize<JobPlan>(await response.Content.ReadAsStringAsync(), Responses.Json)!;
        var table = Assert.Single(plan.Tables);
        Assert.Equal((2, 6), (table.Files, table.FilesTotal));
        Assert.True(table.RowGroups < table.RowGroupsTotal / 3, $"{table.RowGroups} of {table.RowGroupsTotal} row groups");
        Assert.Equal(3, table.Columns);
        Assert.True(table.Bytes < table.BytesTotal / 4, $"{table.Bytes} of {table.BytesTotal} bytes");
    }

    [SkippableFact]
    public async Task Run_OutputDataset_IsReadByTheNextJob()
    {
        await App.RunAsync(Spec("select shop, month, sum(price) as total from sales group by shop, month", """, "output": { "dataset": "totals", "partitionBy": ["month"] } """));

        var result = await App.RunAsync("""{ "kind": "batch", "name": "next", "tables": { "t": "totals" }, "query": "select month, count(*) as shops from t group by month order by month" }""");

        Assert.Equal(["[1,7]", "[2,7]", "[3,7]", "[4,7]", "[5,7]", "[6,7]"], result.Rows.Select(r => r.GetRawText()));
    }

    [SkippableFact]
    public async Task Submit_OutputDatasetWithData_IsRefusedUnlessTheModeSaysOtherwise()
    {
        const string Once = "select 99 as shop from sales limit 1";
        const string Count = """{ "kind": "batch", "name": "n", "tables": { "t": "once" }, "query": "select count(*) as n from t" }""";
        await App.RunAsync(Spec(Once, """, "output": { "dataset": "once" } """));

        var problem = await App.RefusedAsync(Spec(Once, """, "output": { "dataset": "once" } """));
        Assert.Equal("/output/dataset", Assert.Single(problem.Errors!).Pointer);

        await App.RunAsync(Spec(Once, """, "output": { "dataset": "once", "mode": "append" } """));
        Assert.Equal("[2]", Assert.Single((await App.RunAsync(Count)).Rows).GetRawText());

        await App.RunAsync(Spec(Once, """, "output": { "dataset": "once", "mode": "replace" } """));
        Assert.Equal("[1]", Assert.Single((await App.RunAsync(Count)).Rows).GetRawText());
    }

    [SkippableFact]
    public async Task Submit_SeveralFaults_TellsAllWithTheirPlaces()
    {
        var problem = await App.RefusedAsync("""
            { "kind": "batch", "name": "", "id": "a/b", "tables": { "s": "sale", "t": "../x" }, "query": "selct 1", "output": { "dataset": "x", "mode": "x" }, "option": {} }
            """);

        Assert.Equal(ProblemTypes.InvalidSpec, problem.Type);
        Assert.Equal(["/name", "/id", "/tables/t", "/output/mode", "/option", "/tables/s", "/query"], problem.Errors!.Select(e => e.Pointer));
    }

    [SkippableFact]
    public async Task Submit_FaultyDocumentOverGoodData_TellsTheFaultsOfItsQueryToo()
    {
        var problem = await App.RefusedAsync(Spec("select pirce from sales", """, "output": { "dataset": "x", "mode": "x" }, "option": {} """));

        Assert.Equal(["/output/mode", "/option", "/query"], problem.Errors!.Select(e => e.Pointer));
    }

    [SkippableTheory]
    [InlineData("select pirce from sales", "price")]
    [InlineData("select * from sale", "sales")]
    [InlineData("selct 1", "line 1, column 1")]
    [InlineData("select shop,\n  from from sales", "line 2")]
    [InlineData("select * from read_csv('/etc/passwd')", "read_csv")]
    [InlineData("select * from '/etc/passwd'", "/etc/passwd")]
    [InlineData("copy sales to 'sales.csv'", "SELECT")]
    [InlineData("attach 'x.db'", "SELECT")]
    [InlineData("set threads = 9", "SELECT")]
    [InlineData("install httpfs", "SELECT")]
    [InlineData("select 1; select 2", "one")]
    public async Task Submit_QueryThatIsWrongOrForbidden_SaysWhatAndWhere(string query, string expected)
    {
        var problem = await App.RefusedAsync(Spec(query));

        var error = Assert.Single(problem.Errors!);
        Assert.Equal("/query", error.Pointer);
        Assert.Contains(expected, error.Detail, StringComparison.OrdinalIgnoreCase);
    }

    [SkippableFact]
    public async Task Submit_UnknownDataset_OffersTheNearest()
    {
        var problem = await App.RefusedAsync("""{ "kind": "batch", "name": "n", "tables": { "s": "slaes" }, "query": "select 1" }""");

        Assert.Contains("sales", Assert.Single(problem.Errors!).Detail, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Submit_TruncatedFile_IsNamed()
    {
        var whole = sales.Data.Parquet("select * from range(1000) t(i)");
        await PutAsync("truncated/a.parquet", whole);
        await PutAsync("truncated/b.parquet", whole[..^100]);

        Assert.Contains("truncated/b.parquet", await FaultAsync("truncated"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Submit_FilesThatDisagree_ShowsBoth()
    {
        await PutAsync("mixed/a.parquet", sales.Data.Parquet("select 1 as id, 'x' as name"));
        await PutAsync("mixed/b.parquet", sales.Data.Parquet("select 1.5::double as id, 'x' as name"));

        var fault = await FaultAsync("mixed");

        Assert.Contains("mixed/a.parquet", fault, StringComparison.Ordinal);
        Assert.Contains("mixed/b.parquet", fault, StringComparison.Ordinal);
        Assert.Contains("INTEGER", fault, StringComparison.Ordinal);
        Assert.Contains("DOUBLE", fault, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Submit_DatasetWithoutParquetFiles_SaysSo()
    {
        await PutAsync("papers/report.csv", "a,b"u8.ToArray());

        Assert.Contains("no Parquet files", await FaultAsync("papers"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Upload_FileThatIsNoParquet_IsRefusedAndNotThere()
    {
        using var response = await App.Http.PutAsync(new Uri("api/datasets/junk/files/a.parquet", UriKind.Relative), new ByteArrayContent(new byte[500]));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(await Store.FindAsync("datasets", "junk/a.parquet", default));
    }

    [SkippableFact]
    public async Task Submit_SpecOfTenMegabytes_IsRefused()
    {
        var problem = await App.RefusedAsync(new string(' ', 10 << 20));

        Assert.Equal((ProblemTypes.TooLarge, 413), (problem.Type, problem.Status));
    }

    [SkippableFact]
    public async Task Submit_TheSameIdTwice_IsRefusedAndTheFirstIsUnharmed()
    {
        var spec = Spec("select count(*) as n from sales", """, "id": "mine" """);
        Assert.Equal("mine", await App.SubmitAsync(spec));

        var problem = await App.RefusedAsync(Spec("select 1 as n from sales", """, "id": "mine" """));

        Assert.Equal((ProblemTypes.Conflict, 409), (problem.Type, problem.Status));
        Assert.Equal("[60000]", Assert.Single((await App.ResultAsync("mine")).Rows).GetRawText());
    }

    [SkippableFact]
    public async Task Run_TaskOverItsMemory_FailsWithAdvice()
    {
        var error = await FailAsync(Spec("select list(repeat(customer, 5000)) as l from sales", """, "options": { "memoryPerTask": "16MB" } """));

        Assert.Contains("memory", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("options.memoryPerTask", error.Advice, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Run_ConversionThatFails_NamesTheTaskAndIsNotTriedAgain()
    {
        var error = await FailAsync(Spec("select sum(customer::integer) as s from sales group by shop", """, "options": { "taskSize": "4KB" } """));

        Assert.StartsWith("scan 1/", error.Task, StringComparison.Ordinal);
        Assert.Contains("customer", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Cancel_RunningJob_StopsItsTaskAndRemovesWhatItLeft()
    {
        var id = await App.SubmitAsync(Spec("select count(*) as n from sales a, range(100000000) b where hash(a.id, b.range) = 1"));
        await RunningApp.UntilAsync(() => App.GetAsync(id), job => job.Progress?.TasksTotal > 0);

        using var response = await App.Http.DeleteAsync(new Uri($"api/jobs/{id}", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(JobStatus.Canceled, (await App.EndAsync(id)).Status);
        using var result = await App.Http.GetAsync(new Uri($"api/jobs/{id}/result", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Conflict, result.StatusCode);
    }

    [SkippableFact]
    public async Task Cancel_JobThatHasEnded_IsAConflict()
    {
        var id = await App.SubmitAsync(Spec("select count(*) as n from sales"));
        await App.EndAsync(id);

        using var response = await App.Http.DeleteAsync(new Uri($"api/jobs/{id}", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
    }

    [SkippableFact]
    public async Task Get_UnknownJob_IsNotFound()
    {
        using var response = await App.Http.GetAsync(new Uri("api/jobs/nobody", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [SkippableFact]
    public async Task List_ManyJobs_PagesFromTheNewest()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, await App.SubmitAsync(Spec($"select {i} as i from sales limit 1")));
            await App.EndAsync(ids[0]);
        }

        var first = await ListAsync("top=3");
        var second = await ListAsync($"top=2&continuationToken={Uri.EscapeDataString(first.ContinuationToken!)}");

        Assert.Equal(ids, first.Jobs.Concat(second.Jobs).Select(j => j.Id));
        Assert.DoesNotContain((await ListAsync("status=failed")).Jobs, j => ids.Contains(j.Id));
        Assert.Equal(ids, (await ListAsync("kind=batch&status=completed&top=5")).Jobs.Select(j => j.Id));
        Assert.Empty((await ListAsync("kind=training")).Jobs);
    }

    private IObjectStore Store => App.Services.GetRequiredService<IObjectStore>();

    private Task<ObjectInfo> PutAsync(string path, byte[] content) =>
        Store.WriteAsync("datasets", path, new MemoryStream(content), WriteCondition.None, default);

    private async Task<JobError> FailAsync(string spec)
    {
        var job = await App.EndAsync(await App.SubmitAsync(spec));
        Assert.Equal(JobStatus.Failed, job.Status);
        return job.Error!;
    }

    private async Task<string> FaultAsync(string dataset)
    {
        var problem = await App.RefusedAsync($$"""{ "kind": "batch", "name": "n", "tables": { "t": "{{dataset}}" }, "query": "select 1" }""");
        var error = Assert.Single(problem.Errors!);
        Assert.Equal("/tables/t", error.Pointer);
        return error.Detail;
    }

    private async Task<JobPage> ListAsync(string query) =>
        JsonSerializer.Deserialize<JobPage>(await App.Http.GetStringAsync(new Uri($"api/jobs?{query}", UriKind.Relative)), Responses.Json)!;

    private static string Spec(string query, string more = "") =>
        $$"""{ "kind": "batch", "name": "test", "tables": { "sales": "sales", "shops": "shops" }, "query": {{JsonSerializer.Serialize(query)}}{{more}} }""";
}
