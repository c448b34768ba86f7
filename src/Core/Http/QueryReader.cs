using System.Collections.Concurrent;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using AgentInvest.Core.Data;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Http;

/// <summary>
/// Query parameters read into a record, whose constructor says all there is to say of them: a parameter each, in camelCase; its type, its
/// default, whether it may be left out (nullable, or with a default), <see cref="RangeAttribute"/>, <see cref="DescriptionAttribute"/>. The
/// OpenAPI document is written from the same constructor. A parameter that is a record itself brings its own, as <see cref="PageRequest"/>
/// does. Lists are separated by commas. A value that cannot be read is a 400 that names it, never the default.
/// </summary>
public static class QueryReader
{
    private static readonly ConcurrentDictionary<Type, Reader> Readers = new();

    public static T Read<T>(HttpRequest request)
        where T : class
    {
        var check = new Check();
        var value = ReaderOf(typeof(T)).Read(request.Query, check);
        check.ThrowIfAny();
        return (T)value!;
    }

    /// <summary>What the OpenAPI document says of a record of query parameters.</summary>
    public static IReadOnlyList<QueryParameter> Describe(Type type) =>
        [.. ReaderOf(type).Members.SelectMany(m => m.Record is { } record ? Describe(record.Type) : [m.Parameter])];

    private static Reader ReaderOf(Type type) => Readers.GetOrAdd(type, t => new Reader(t));

    private sealed record Member(QueryParameter Parameter, Reader? Record, Converter? Convert);

    private delegate (object? Value, string? Fault) Converter(string text);

    private sealed class Reader
    {
        private readonly ConstructorInfo _constructor;

        public Reader(Type type)
        {
            Type = type;
            _constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!;
            Members = [.. _constructor.GetParameters().Select(MemberOf)];
        }

        public Type Type { get; }
        public IReadOnlyList<Member> Members { get; }

        public object? Read(IQueryCollection query, Check check)
        {
            var before = check.Count;
            var values = new object?[Members.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = Read(Members[i], query, check);
            return check.Count > before ? null : _constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, values, null);
        }

        private static object? Read(Member member, IQueryCollection query, Check check)
        {
            if (member.Record is { } record)
                return record.Read(query, check);
            var parameter = member.Parameter;
            if (!query.TryGetValue(parameter.Name, out var given) || given.ToString() is not { Length: > 0 } text)
            {
                check.That(!parameter.IsRequired, parameter.Name, "is required");
                return parameter.Default;
            }
            if (parameter.IsList)
                return ReadList(member, text, check);
            var (value, fault) = member.Convert!(text);
            check.That(fault is null, parameter.Name, fault ?? "");
            return value;
        }

        private static Array ReadList(Member member, string text, Check check)
        {
            var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var list = Array.CreateInstance(member.Parameter.Type, parts.Length);
            for (var i = 0; i < parts.Length; i++)
            {
                var (value, fault) = member.Convert!(parts[i]);
                if (check.That(fault is null, member.Parameter.Name, fault ?? ""))
                    list.SetValue(value, i);
                else
                    break;
            }
            return list;
        }

        private static Member MemberOf(ParameterInfo parameter)
        {
            var nullable = Nullable.GetUnderlyingType(parameter.ParameterType);
            var type = nullable ?? parameter.ParameterType;
            var isList = type.IsArray;
            var item = isList ? type.GetElementType()! : type;
            var mayBeNull = nullable is not null || new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable;
            var range = parameter.GetCustomAttribute<RangeAttribute>();
            var described = new QueryParameter(
                JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!),
                item,
                isList,
                !mayBeNull && !parameter.HasDefaultValue,
                parameter.HasDefaultValue ? Default(parameter.DefaultValue, item) : null,
                range is null
                    ? null
                    : (
                        Convert.ToDecimal(range.Minimum, CultureInfo.InvariantCulture),
                        Convert.ToDecimal(range.Maximum, CultureInfo.InvariantCulture)
                    ),
                parameter.GetCustomAttribute<DescriptionAttribute>()?.Description,
                parameter.GetCustomAttribute<ExampleAttribute>()?.Value
            );
            return ConverterOf(item, described.Range) is { } converter
                ? new Member(described, null, converter)
                : new Member(described, ReaderOf(item), null);
        }

        /// <summary>Reflection gives an enum's default as its number, and a struct's as null.</summary>
        private static object? Default(object? value, Type type) =>
            value is not null && type.IsEnum ? Enum.ToObject(type, value)
            : value is null && type.IsValueType ? null
            : value;
    }

    /// <returns>Null for a type that is a record of parameters itself.</returns>
    private static Converter? ConverterOf(Type type, (decimal Min, decimal Max)? range)
    {
        if (type == typeof(string))
            return text => (text, null);
        if (type == typeof(bool))
            return text => text is "true" or "false" ? (text == "true", null) : (null, "must be true or false");
        if (type == typeof(int))
            return text => ReadInt(text, range);
        if (type == typeof(decimal))
            return text => ReadDecimal(text, range);
        if (type == typeof(DateOnly))
            return ReadDay;
        if (type == typeof(DateTimeOffset))
            return text =>
                Instants.TryParse(text, out var at) ? (at, null) : (null, "must be an RFC 3339 instant such as 2026-01-31T15:00:00Z");
        // Whatever is no id is the id of nothing.
        if (type == typeof(Guid))
            return text => Guid.TryParse(text, out var id) ? (id, null) : throw Problems.NotFound();
        if (type.IsEnum)
            return EnumConverter(type);
        return type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>))
            ? ParsableConverter(type)
            : null;
    }

    private static (object?, string?) ReadInt(string text, (decimal Min, decimal Max)? range)
    {
        var (min, max) = range ?? (int.MinValue, int.MaxValue);
        return
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? (value, null)
            : (null, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}"));
    }

    private static (object?, string?) ReadDecimal(string text, (decimal Min, decimal Max)? range)
    {
        if (!Money.TryParse(text, out var value, out var fault))
            return (null, fault);
        return range is var (min, max) && (value < min || value > max)
            ? (null, string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max}"))
            : (value, null);
    }

    private static (object?, string?) ReadDay(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? (day, null)
            : (null, "must be a date such as 2026-01-31");

    private static Converter EnumConverter(Type type)
    {
        var names = EnumNames.All(type);
        var values = type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetValue(null)).ToList();
        var byName = names.Zip(values).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        var fault = $"must be one of {string.Join(", ", names)}";
        return text => byName.TryGetValue(text, out var value) ? (value, null) : (null, fault);
    }

    /// <summary>A type with a syntax of its own, whose description says what it must be.</summary>
    private static Converter ParsableConverter(Type type) =>
        typeof(QueryReader)
            .GetMethod(nameof(ParsableConverterOf), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type)
            .CreateDelegate<Func<Converter>>()();

    private static Converter ParsableConverterOf<T>()
        where T : IParsable<T>
    {
        var fault = $"must be {typeof(T).GetCustomAttribute<DescriptionAttribute>()?.Description}";
        return text => T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? (value, null) : (null, fault);
    }
}

/// <summary>A query parameter as the OpenAPI document shows it.</summary>
/// <param name="Type">Of the value, or of a list's items.</param>
/// <param name="Default">What it is where it is left out; null for none.</param>
/// <param name="Range">Both ends included.</param>
public sealed record QueryParameter(
    string Name,
    Type Type,
    bool IsList,
    bool IsRequired,
    object? Default,
    (decimal Min, decimal Max)? Range,
    string? Description,
    string? Example = null
);
