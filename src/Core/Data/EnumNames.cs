using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentInvest.Core.Data;

/// <summary>
/// The words for an enum's values in bodies, query parameters and rows: camelCase, or what <see cref="JsonStringEnumMemberNameAttribute"/>
/// says where a word is no identifier (<c>1d</c>).
/// </summary>
public static class EnumNames
{
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.ByValue[value];

    public static bool TryParse<T>(string name, out T value)
        where T : struct, Enum => Names<T>.ByName.TryGetValue(name, out value);

    /// <summary>Of a word that this program wrote.</summary>
    /// <exception cref="FormatException">No value has that word.</exception>
    public static T Parse<T>(string name)
        where T : struct, Enum => TryParse<T>(name, out var value) ? value : throw new FormatException($"'{name}' is no {typeof(T).Name}.");

    /// <summary>All words of an enum, in the order of declaration.</summary>
    public static IReadOnlyList<string> All(Type type) =>
        [.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(NameOf)];

    private static string NameOf(FieldInfo field) =>
        field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(field.Name);

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> ByValue = typeof(T)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .ToFrozenDictionary(f => (T)f.GetValue(null)!, NameOf);

        public static readonly FrozenDictionary<string, T> ByName = ByValue.ToFrozenDictionary(
            p => p.Value,
            p => p.Key,
            StringComparer.Ordinal
        );
    }
}
