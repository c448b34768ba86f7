using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

public sealed class PortfolioImportTests(RecordedHost host) : IClassFixture<RecordedHost>
{
    private const string Transactions = "/v1/portfolio/transactions";
    private const string Import = Transactions + "/import";

    private const string Good = """
        type,symbol,quantity,price,fee,executedAt,note
        buy,BETA,10,10,1,2024-01-02T15:00:00Z,"one, two"
        buy,BETA,10,10,1,2024-01-02T15:00:00Z,a genuine repeat
        sell,BETA,5,11,,2024-01-03,
        """;

    [Fact]
    public async Task A_file_sent_again_books_nothing()
    {
        var user = await host.SignUpAsync();
        var dry = await user.PostRawAsync(Import + "?format=csv&dryRun=true", Good, "text/csv");
        Assert.Equal((3, 0, 0), Counts(dry));
        Assert.Equal(0, await CountAsync(user));
        var first = await user.PostRawAsync(Import + "?format=csv", Good, "text/csv");
        Assert.Equal(((3, 0, 0), 3), (Counts(first), await CountAsync(user)));
        Assert.All(first.Json.GetProperty("rows").EnumerateArray(), r => Assert.Equal("imported", Text(r, "status")));
        var again = await user.PostRawAsync(Import, Good, "text/csv");
        Assert.Equal(((0, 3, 0), 3), (Counts(again), await CountAsync(user)));
        Assert.Equal(Text(first.Json.GetProperty("rows")[0], "id"), Text(again.Json.GetProperty("rows")[0], "id"));
        // One more of the same is one more trade; a corrected one is not brought back.
        Assert.Equal((1, 3, 0), Counts(await user.PostRawAsync(Import, Good + "\nbuy,BETA,10,10,1,2024-01-02T15:00:00Z,", "text/csv")));
        await user.SendAsync(
            HttpMethod.Patch,
            $"{Transactions}/{Text(first.Json.GetProperty("rows")[2], "id")}",
            JsonContent.Create(new { price = 12 })
        );
        Assert.Equal((0, 3, 0), Counts(await user.PostRawAsync(Import, Good, "text/csv")));
        Assert.Equal(25m, Number((await user.GetAsync("/v1/portfolio")).Json.GetProperty("holdings")[0], "quantity"));
    }

    [Fact]
    public async Task An_external_id_decides_where_there_is_one()
    {
        var user = await host.SignUpAsync();
        const string file =
            "externalId;type;symbol;quantity;price;executedAt\nx1;buy;BETA;10;10;2024-01-02T15:00:00Z\n"
            + "x2;buy;BETA;10;10;2024-01-02T15:00:00Z\nx1;buy;BETA;3;10;2024-01-02T15:00:00Z\n";
        Assert.Equal((2, 1, 0), Counts(await user.PostRawAsync(Import, file, "text/csv")));
        Assert.Equal((0, 3, 0), Counts(await user.PostRawAsync(Import, file, "text/csv")));
    }

    [Fact]
    public async Task A_bad_row_does_not_keep_the_others_out()
    {
        var user = await host.SignUpAsync();
        var reply = await user.PostRawAsync(Import + "?format=csv", """
            type,symbol,quantity,price,executedAt
            buy,BETA,10,10,2024-01-02T15:00:00Z
            buy,BETA,ten,10,2024-01-02T15:00:00Z
            gift,BETA,10,10,2024-01-02T15:00:00Z
            buy,NOSUCH,10,10,2024-01-02T15:00:00Z
            sell,BETA,11,10,2024-01-03T15:00:00Z
            sell,BETA,4,10,2024-01-03T16:00:00Z
            buy,BETA,1,10,2999-01-01
            buy,BETA,1,10,2024-01-03T15:00:00Z,too many
            """, "text/csv");
        Assert.Equal((2, 0, 6), Counts(reply));
        var rows = reply.Json.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(1, 8), rows.Select(r => r.GetProperty("row").GetInt32()));
        Assert.Equal(
            ["", "quantity", "type", "symbol", "quantity", "", "executedAt", "?"],
            rows.Select(r =>
                r.GetProperty("errors") is { ValueKind: JsonValueKind.Object } e
                    ? e.EnumerateObject().First().Name is { Length: > 0 } name
                        ? name
                        : "?"
                    : ""
            )
        );
        Assert.Equal(6m, Number((await user.GetAsync("/v1/portfolio")).Json.GetProperty("holdings")[0], "quantity"));
        // A backdated sale that takes what a later one needs is the row at fault.
        var late = await user.PostRawAsync(
            Import,
            "type,symbol,quantity,price,executedAt\nsell,BETA,7,10,2024-01-02T16:00:00Z\n",
            "text/csv"
        );
        Assert.Equal((0, 0, 1), Counts(late));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    public async Task Importing_an_export_gives_the_same_books(string format)
    {
        var user = await host.SignUpAsync();
        await user.PostAsync("/v1/portfolio/instruments", new { symbol = "@FUND", name = "Fund", currency = "EUR", @class = "fund" });
        await user.SendAsync(
            HttpMethod.Patch,
            $"/v1/portfolios/{Text((await user.GetAsync("/v1/portfolio")).Json, "id")}",
            JsonContent.Create(new { costBasisMethod = "specific" })
        );
        var random = new Random(7);
        foreach (
            var entry in Enumerable
                .Range(0, 25)
                .Select(
                    object (i) =>
                        (i % 8) switch
                        {
                            0 => new
                            {
                                type = "buy",
                                symbol = "ACME",
                                quantity = decimal.Round(random.Next(1, 999) / 7m, 10),
                                price = decimal.Round(random.Next(500, 1500) / 13m, 10),
                                fee = 0.35,
                                executedAt = "2024-01-02T15:00:00Z",
                                externalId = $"e{i}",
                            },
                            1 => new
                            {
                                type = "buy",
                                symbol = "@FUND",
                                quantity = 3.3m + i,
                                amount = 1000.01m + i,
                                fxRate = 1.0987654321m,
                                executedAt = "2024-01-02T15:30:00Z",
                                note = "\"quoted\", with\na line break",
                            },
                            2 => new
                            {
                                type = "deposit",
                                amount = 100.05m * i,
                                currency = "EUR",
                                fxRate = 1.1,
                                executedAt = "2024-01-02T10:00:00Z",
                            },
                            3 => new
                            {
                                type = "sell",
                                symbol = "@FUND",
                                quantity = 1.1,
                                price = 333.33,
                                fxRate = 1.2,
                                tax = 3,
                                executedAt = "2024-01-05T15:00:00Z",
                            },
                            4 => new
                            {
                                type = "dividend",
                                symbol = "@FUND",
                                amount = 7.77,
                                fxRate = 1.15,
                                tax = 1,
                                executedAt = "2024-01-05T16:00:00Z",
                            },
                            5 => new
                            {
                                type = "transferIn",
                                symbol = "BETA",
                                quantity = 10,
                                price = 5.5,
                                acquiredAt = "2020-02-29T00:00:00Z",
                                executedAt = "2024-01-03T16:00:00Z",
                            },
                            6 => new
                            {
                                type = "spinoff",
                                symbol = "BETA",
                                newSymbol = "@FUND",
                                ratio = 0.125,
                                costFraction = 0.3,
                                executedAt = "2024-01-04T16:00:00Z",
                            },
                            _ => new
                            {
                                type = "interest",
                                amount = 1.23,
                                executedAt = "2024-01-05T16:00:00Z",
                            },
                        }
                )
        )
        {
            var reply = await user.PostAsync(Transactions, entry);
            Assert.True(reply.Status == HttpStatusCode.Created, reply.Text);
        }
        var lots = (await user.GetAsync("/v1/portfolio/lots?symbol=ACME"))
            .Json.GetProperty("items")
            .EnumerateArray()
            .Select(l => Text(l, "id"))
            .ToList();
        Assert.Equal(
            HttpStatusCode.Created,
            (
                await user.PostAsync(
                    Transactions,
                    new
                    {
                        type = "sell",
                        symbol = "ACME",
                        quantity = 0.5,
                        price = 51,
                        lotIds = new[] { lots[2] },
                        executedAt = "2024-01-08T15:00:00Z",
                    }
                )
            ).Status
        );

        var exported = await user.GetAsync($"/v1/portfolio/export?format={format}");
        Assert.Equal(format == "csv" ? "text/csv" : "application/json", exported.ContentHeaders.ContentType!.MediaType);
        var copy = Text((await user.PostAsync("/v1/portfolios", new { name = "Copy", costBasisMethod = "specific" })).Json, "id");
        var imported = await user.PostRawAsync(
            $"{Import}?format={format}&portfolioId={copy}",
            exported.Text,
            format == "csv" ? "text/csv" : "application/json"
        );
        Assert.True(imported.Json.GetProperty("failed").GetInt32() == 0, imported.Text);
        Assert.Equal(await BooksCorrectionTests.StateAsync(user), await BooksCorrectionTests.StateAsync(user, $"portfolioId={copy}"));
        // Into the same books it is all there already.
        Assert.Equal(
            0,
            (await user.PostRawAsync($"{Import}?format={format}", exported.Text, "text/csv")).Json.GetProperty("imported").GetInt32()
        );
    }

    [Fact]
    public async Task A_file_may_come_in_a_form()
    {
        var user = await host.SignUpAsync();
        using var form = new MultipartFormDataContent { { new StringContent(Good, Encoding.UTF8, "text/csv"), "file", "trades.csv" } };
        Assert.Equal((3, 0, 0), Counts(await user.SendAsync(HttpMethod.Post, Import + "?format=csv", form)));
    }

    [Fact]
    public async Task A_statement_in_ofx_is_booked()
    {
        var user = await host.SignUpAsync();
        var ofx = await user.PostRawAsync(
            Import + "?format=ofx",
            """
            OFXHEADER:100
            <OFX><INVSTMTMSGSRSV1><INVSTMTTRNRS><INVSTMTRS><CURDEF>USD<INVTRANLIST>
            <BUYSTOCK><INVBUY><INVTRAN><FITID>1<DTTRADE>20240103103000[-5:EST]<MEMO>Bought</INVTRAN>
            <SECID><UNIQUEID>0001<UNIQUEIDTYPE>CUSIP</SECID><UNITS>4<UNITPRICE>9.5<COMMISSION>1<TOTAL>-39</INVBUY><BUYTYPE>BUY</BUYSTOCK>
            <INCOME><INVTRAN><FITID>2<DTTRADE>20240105</INVTRAN><SECID><UNIQUEID>0001</SECID><INCOMETYPE>DIV<TOTAL>2.5</INCOME>
            <SELLSTOCK><INVSELL><INVTRAN><FITID>3<DTTRADE>20240108</INVTRAN>
            <SECID><UNIQUEID>0001</SECID><UNITS>-1<UNITPRICE>10<TOTAL>10</INVSELL></SELLSTOCK>
            </INVTRANLIST></INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1>
            <SECLISTMSGSRSV1><SECLIST><STOCKINFO><SECINFO>
            <SECID><UNIQUEID>0001<UNIQUEIDTYPE>CUSIP</SECID><SECNAME>Beta<TICKER>BETA</SECINFO></STOCKINFO>
            </SECLIST></SECLISTMSGSRSV1></OFX>
            """,
            "application/x-ofx"
        );
        Assert.Equal((3, 0, 0), Counts(ofx));
        Assert.Equal(
            "2024-01-03T15:30:00Z",
            Text((await user.GetAsync($"{Transactions}/{Text(ofx.Json.GetProperty("rows")[0], "id")}")).Json, "executedAt")
        );
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_refused_by_name()
    {
        var user = await host.SignUpAsync();
        foreach (
            var (query, body, field) in new[]
            {
                ("?format=qif", Good, "format"),
                ("?format=csv", "", "file"),
                ("?format=csv", "colour\nred", "file"),
                ("?format=json", "{", "file"),
                ("?format=ofx", "x", "file"),
                ("?dryRun=perhaps", Good, "dryRun"),
            }
        )
            Assert.True(
                (await user.PostRawAsync(Import + query, body, "text/csv")).Json.GetProperty("errors").TryGetProperty(field, out _),
                query
            );
        Assert.Equal("payload_too_large", (await user.PostRawAsync(Import, new string('x', (10 << 20) + 1), "text/csv")).Code);
    }

    private static (int, int, int) Counts(Reply reply) =>
        (
            reply.Json.GetProperty("imported").GetInt32(),
            reply.Json.GetProperty("duplicates").GetInt32(),
            reply.Json.GetProperty("failed").GetInt32()
        );
    private static async Task<int> CountAsync(TestUser user) =>
        (await user.GetAsync(Transactions + "?limit=200")).Json.GetProperty("items").GetArrayLength();
    private static decimal Number(JsonElement json, string name) => json.GetProperty(name).GetDecimal();
    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
