namespace AgentInvest.Auth.Accounts;

/// <summary>
/// Pads response time to a multiple of 20 ms so that timing does not reveal which addresses exist: reading a row that is there takes a
/// tenth of a millisecond longer, which shows in the mean of a few hundred answers unless all of them leave on the same steps.
/// </summary>
internal static class TimingPadding
{
    /// <summary>Several times what such a request takes beside its hash, less than a tenth of the hash itself.</summary>
    private const int StepMilliseconds = 20;

    public static async Task<T> PadAsync<T>(Func<Task<T>> work)
    {
        // The clock that timers go by: a finer one would leave what is left of a millisecond in the answer's time.
        var begin = Environment.TickCount64;
        try
        {
            return await work();
        }
        finally
        {
            await Task.Delay(StepMilliseconds - (int)((Environment.TickCount64 - begin) % StepMilliseconds), CancellationToken.None);
        }
    }
}
