namespace AgentInvest.Finance.Bars;

/// <summary>
/// Trading days and hours of the New York exchanges, from their published rules and the closures that had no rule. Good from 1998 on.
/// </summary>
public static class ExchangeCalendar
{
    private static readonly TimeZoneInfo NewYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    private static readonly HashSet<DateOnly> Closures =
    [
        new(2001, 9, 11), new(2001, 9, 12), new(2001, 9, 13), new(2001, 9, 14), // attacks
        new(2004, 6, 11), new(2007, 1, 2), new(2018, 12, 5), new(2025, 1, 9), // days of mourning
        new(2012, 10, 29), new(2012, 10, 30), // hurricane
    ];

    public static bool IsTradingDay(DateOnly day) =>
        day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !Closures.Contains(day) && !Holidays(day.Year).Contains(day);

    public static DateOnly Next(DateOnly day)
    {
        do day = day.AddDays(1);
        while (!IsTradingDay(day));
        return day;
    }

    public static DateOnly Previous(DateOnly day)
    {
        do day = day.AddDays(-1);
        while (!IsTradingDay(day));
        return day;
    }

    /// <summary>09:30 to 16:00 in New York, as instants.</summary>
    public static (DateTimeOffset Open, DateTimeOffset Close) Session(DateOnly day) =>
        (At(day, new TimeOnly(9, 30)), At(day, new TimeOnly(16, 0)));

    private static DateTimeOffset At(DateOnly day, TimeOnly time) =>
        new(TimeZoneInfo.ConvertTimeToUtc(day.ToDateTime(time), NewYork), TimeSpan.Zero);

    private static IEnumerable<DateOnly> Holidays(int year)
    {
        // New Year on a Saturday is not made up for: the Friday closes the year's books.
        var newYear = new DateOnly(year, 1, 1);
        if (newYear.DayOfWeek != DayOfWeek.Saturday) yield return Observed(newYear);
        yield return Nth(year, 1, DayOfWeek.Monday, 3); // Martin Luther King, since 1998
        yield return Nth(year, 2, DayOfWeek.Monday, 3); // Washington
        yield return Easter(year).AddDays(-2); // Good Friday
        yield return Last(year, 5, DayOfWeek.Monday); // Memorial Day
        if (year >= 2022) yield return Observed(new DateOnly(year, 6, 19)); // Juneteenth
        yield return Observed(new DateOnly(year, 7, 4));
        yield return Nth(year, 9, DayOfWeek.Monday, 1); // Labor Day
        yield return Nth(year, 11, DayOfWeek.Thursday, 4); // Thanksgiving
        yield return Observed(new DateOnly(year, 12, 25));
    }

    private static DateOnly Observed(DateOnly day) =>
        day.DayOfWeek switch
        {
            DayOfWeek.Saturday => day.AddDays(-1),
            DayOfWeek.Sunday => day.AddDays(1),
            _ => day,
        };

    private static DateOnly Nth(int year, int month, DayOfWeek weekday, int n)
    {
        var first = new DateOnly(year, month, 1);
        return first.AddDays(((int)weekday - (int)first.DayOfWeek + 7) % 7 + 7 * (n - 1));
    }

    private static DateOnly Last(int year, int month, DayOfWeek weekday) =>
        Nth(year, month, weekday, 5) is var fifth && fifth.Month == month ? fifth : Nth(year, month, weekday, 4);

    /// <summary>Easter Sunday by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, ch. 8).</summary>
    private static DateOnly Easter(int year)
    {
        var a = year % 19;
        var (b, c) = (year / 100, year % 100);
        var h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
        var l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
        var m = (a + 11 * h + 22 * l) / 451;
        var n = h + l - 7 * m + 114;
        return new DateOnly(year, n / 31, n % 31 + 1);
    }
}
