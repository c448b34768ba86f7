using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Ledger;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Privacy;
using AgentInvest.Portfolio.Transactions;

namespace AgentInvest.Functions.Portfolio;

/// <summary>The ledger.</summary>
public sealed class TransactionFunctions(
    RecordTransaction record,
    CorrectTransaction correct,
    ListTransactions list,
    BookNewActions newActions
)
{
    [Function("RecordTransaction"), RequireScope("portfolio:write"), Idempotent]
    [Describe(
        "Record a transaction",
        Detail = "buy and sell take `quantity` with `price` or with `amount`; the cash types take `amount`. "
            + "split: `ratio`, new shares per old, `amount` for cash in lieu. "
            + "transferIn and transferOut: `quantity`; `price` is what each share cost (default: that day's close), `amount` what all are "
            + "worth that day, `acquiredAt` when they were bought; without `symbol` they move cash. "
            + "spinoff: `newSymbol`, `ratio` (its shares per share held), `costFraction` (the part of the cost that goes along), `amount` "
            + "for cash in lieu. merger: `newSymbol` and `ratio`, or ratio 0 and `amount` for cash alone, or both with `costFraction` for "
            + "the part that stays in shares. returnOfCapital: `amount`. `lotIds` on sell and transferOut need the cost-basis method "
            + "`specific`. Backdated entries re-derive everything after them.",
        Parameters = typeof(PortfolioChoice),
        Request = typeof(RecordTransaction.Request),
        Response = typeof(Transaction),
        Status = 201,
        Problems = ["404 not_found", "409 conflict", "412 precondition_failed", "422 insufficient_quantity", "422 idempotency_key_reused"],
        ETag = true
    )]
    public async Task<IResult> Record(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "portfolio/transactions")] HttpRequest request,
        CancellationToken ct
    )
    {
        var body = await Body.ReadAsync<RecordTransaction.Request>(request, ct);
        var (transaction, etag) = await record.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            QueryReader.Read<PortfolioChoice>(request),
            body,
            request.Headers.IfMatch,
            ct
        );
        return Answer.Created($"/v1/portfolio/transactions/{transaction.Id}", transaction).With("ETag", etag);
    }

    [Function("ListTransactions"), ReadsPortfolio]
    [Describe(
        "List transactions, newest first",
        Parameters = typeof(ListTransactions.Query),
        Response = typeof(ListPage<Transaction>),
        ETag = true
    )]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/transactions")] HttpRequest request,
        CancellationToken ct
    )
    {
        var query = QueryReader.Read<ListTransactions.Query>(request);
        var (page, etag) = await list.HandleAsync(CurrentUser.Of(request.HttpContext), query, ct);
        return Answer.Ok(page).With("ETag", etag);
    }

    [Function("CorrectTransaction"), RequireScope("portfolio:write")]
    [Describe(
        "Correct a transaction",
        Detail = "The old entry is reversed (`reversedBy`), a new one with a new id `replaces` it; members left out stay as they are. "
            + "An entry of the feed corrected this way is the user's own from then on.",
        Request = typeof(CorrectTransaction.Request),
        Response = typeof(Transaction),
        Problems = ["404 not_found", "409 conflict", "412 precondition_failed", "422 insufficient_quantity"],
        ETag = true,
        Location = true
    )]
    public async Task<IResult> Correct(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "portfolio/transactions/{id}")] HttpRequest request,
        string id,
        CancellationToken ct
    )
    {
        var (transaction, etag) = await correct.ReplaceAsync(
            CurrentUser.Of(request.HttpContext),
            id,
            await Body.ReadAsync<CorrectTransaction.Request>(request, ct),
            request.Headers.IfMatch,
            ct
        );
        return Answer.Ok(transaction).With("ETag", etag).With("Location", $"/v1/portfolio/transactions/{transaction.Id}");
    }

    [Function("DeleteTransaction"), RequireScope("portfolio:write")]
    [Describe(
        "Delete a transaction",
        Detail = "It is reversed and stays visible under `includeReversed`, its own id in `reversedBy`. "
            + "An entry of the feed deleted this way is not booked again.",
        Status = 204,
        Problems = ["404 not_found", "409 conflict", "412 precondition_failed", "422 insufficient_quantity"],
        ETag = true
    )]
    public async Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "portfolio/transactions/{id}")] HttpRequest request,
        string id,
        CancellationToken ct
    ) => Answer.NoContent().With("ETag", await correct.DeleteAsync(CurrentUser.Of(request.HttpContext), id, request.Headers.IfMatch, ct));

    [Function("GetTransaction"), ReadsPortfolio]
    [Describe("Read a transaction", Response = typeof(Transaction), Problems = ["404 not_found"], ETag = true)]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/transactions/{id}")] HttpRequest request,
        string id,
        CancellationToken ct
    )
    {
        var (transaction, etag) = await list.FindAsync(CurrentUser.Of(request.HttpContext), id, ct);
        return Answer.Ok(transaction).With("ETag", etag);
    }

    /// <summary>A booking brings the feed's actions of its symbols along; the timer books those that fall due without one.</summary>
    [Function("BookNewActions")]
    public Task BookNewActions([TimerTrigger("30 * * * * *")] TimerInfo timer, CancellationToken ct) => newActions.HandleAsync(ct);
}
