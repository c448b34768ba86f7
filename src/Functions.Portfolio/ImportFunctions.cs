using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Import;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Privacy;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Import and export of ledgers.</summary>
public sealed class ImportFunctions(ImportTransactions import, ExportTransactions export)
{
    [Function("ImportTransactions"), RequireScope("portfolio:write"), Idempotent, MaxBody(ImportTransactions.Limit)]
    [Describe(
        "Import transactions",
        Detail = "The body is the file, or a multipart form with one file. csv: a header of the members of POST /portfolio/transactions; "
            + "json: what the export writes; ofx: statements of brokers and banks. Each line is booked, skipped as a duplicate or reported "
            + "with its errors; `externalId` decides where given, else a line equal to an entry in the books is that entry.",
        Parameters = typeof(ImportTransactions.Query),
        Response = typeof(ImportTransactions.Response),
        Problems = ["412 precondition_failed", "413 payload_too_large"],
        ETag = true,
        RequestContent = ["text/csv", "application/json", "application/octet-stream", "multipart/form-data"],
        Example = "type,symbol,quantity,price,executedAt\nbuy,AAPL,1,150.25,2024-01-03T15:00:00Z\n"
    )]
    public async Task<IResult> Import(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "portfolio/transactions/import")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await import.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            QueryReader.Read<ImportTransactions.Query>(request),
            await UploadedFile.ReadAsync(request, ct),
            request.Headers.IfMatch,
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("ExportTransactions"), ReadsPortfolio]
    [Describe(
        "Export the ledger",
        Detail = "Every entry in force, those of the feed too; importing it into an empty portfolio of the same base currency and method "
            + "gives the same books.",
        Parameters = typeof(ExportTransactions.Query),
        Response = typeof(ExportTransactions.Response),
        ETag = true,
        ResponseContent = ["text/csv", "application/json"]
    )]
    public async Task<IResult> Export(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/export")] HttpRequest request,
        CancellationToken ct
    )
    {
        var query = QueryReader.Read<ExportTransactions.Query>(request);
        var (response, etag) = await export.HandleAsync(CurrentUser.Of(request.HttpContext), query, ct);
        var result =
            query.Format == ExportTransactions.ExportFormat.Json
                ? Answer.Ok(response)
                : Results.Bytes(ExportTransactions.ToCsv(response), "text/csv; charset=utf-8", "transactions.csv");
        return result.With("ETag", etag);
    }
}
