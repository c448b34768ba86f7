using System.Globalization;
using System.Text.Json;
using AgentInvest.Core.Data;

namespace AgentInvest.Core.Tests;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("1", "1")]
    [InlineData("1.50", "1.5")]
    [InlineData("0.0000000001", "0.0000000001")]
    [InlineData("-0.10", "-0.1")]
    [InlineData("100", "100")]
    [InlineData("1e3", "1000")]
    [InlineData("999999999999999999.9999999999", "999999999999999999.9999999999")]
    [InlineData("0", "0")]
    [InlineData("-0.00", "0")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("1.8446744073709551615", "1.8446744073709551615")]
    [InlineData("0.0000000000000000000000000001", "0.0000000000000000000000000001")]
    [InlineData("-0.0018446744073709551615", "-0.0018446744073709551615")]
    public void Is_written_without_trailing_zeros_and_without_loss(string text, string json)
    {
        Assert.True(Money.TryParse(text, out var value, out _));
        Assert.Equal(json, JsonSerializer.Serialize(value, Json.Options));
    }

    [Fact]
    public void Zeros_are_taken_off_numbers_of_any_size()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var value = new decimal(
                random.Next() << random.Next(32),
                random.Next(3) == 0 ? random.Next() : 0,
                random.Next(3) == 0 ? random.Next() : 0,
                random.Next(2) == 0,
                (byte)random.Next(29)
            );
            if (random.Next(2) == 0 && Math.Abs(value) < 1e20m && value.Scale < 25) value *= 1.000m;
            var trimmed = Money.Trim(value);
            Assert.Equal(value, trimmed);
            Assert.Equal((value / 1.0000000000000000000000000000m).Scale, trimmed.Scale);
            Assert.Equal(trimmed.ToString(CultureInfo.InvariantCulture), JsonSerializer.Serialize(value, Json.Options));
        }
    }

    [Theory]
    [InlineData("2026-01-31T15:00:00Z")]
    [InlineData("2026-01-31T15:00:00.123Z")]
    [InlineData("2026-01-31T15:00:00.123456Z")]
    public void Instants_are_written_as_they_were_read(string text) =>
        Assert.Equal(
            $"\"{text}\"",
            JsonSerializer.Serialize(JsonSerializer.Deserialize<DateTimeOffset>($"\"{text}\"", Json.Options), Json.Options)
        );

    [Theory]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1,5")]
    [InlineData("NaN")]
    [InlineData("0x10")]
    [InlineData("1e400")]
    [InlineData("1.00000000000000000000000000001")]
    [InlineData("1e-40")]
    public void What_a_decimal_cannot_hold_exactly_is_refused(string text) => Assert.False(Money.TryParse(text, out _, out _));

    [Theory]
    [InlineData("0.00000000001", false)]
    [InlineData("0.0000000001", true)]
    [InlineData("1000000000000000000", false)]
    [InlineData("-999999999999999999.9999999999", true)]
    public void Only_what_numeric_28_10_holds_can_be_stored(string text, bool fits) =>
        Assert.Equal(fits, Money.Fits(decimal.Parse(text, CultureInfo.InvariantCulture)));
}
