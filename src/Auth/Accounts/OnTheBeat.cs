namespace AgentInvest.Auth.Accounts;

/// <summary>
/// Answers leave a whole number of beats after their request came. What differs between an address that is known and one that is not,
/// reading a row that is there, is a tenth of a millisecond: it shows in the mean of a few hundred answers, and is gone when all of them
/// wait for the same moment.
/// </summary>
internal static class OnTheBeat
{
    /// <summary>Milliseconds: several times what such a request takes beside its hash, less than a tenth of the hash itself.</summary>
    private const int Beat = 20;

    public static async Task<T> AnswerAsync<T>(Func<Task<T>> work)
    {
        // The clock that timers go by: a finer one would leave what is left of a millisecond in the answer's time.
        var begin = Environment.TickCount64;
        try
        {
            return await work();
        }
        finally
        {
            await Task.Delay(Beat - (int)((Environment.TickCount64 - begin) % Beat), CancellationToken.None);
        }
    }
}
