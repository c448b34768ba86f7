using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace AgentInvest.Auth.Audit;

/// <summary>The anchor of one machine: a file that is only appended to, one entry a line, on disk before the call returns.</summary>
public sealed class FileAuditAnchor(string path) : IAuditAnchor
{
    public async Task WriteAsync(IReadOnlyList<AnchoredEntry> entries, CancellationToken ct)
    {
        // The line's end leads, so that a line which a crash cut short does not swallow the next.
        var lines = new StringBuilder();
        foreach (var entry in entries)
            lines.Append(
                CultureInfo.InvariantCulture,
                $"\n{entry.Stream:N} {entry.Seq} {Convert.ToHexStringLower(entry.Hash)} {entry.At.ToUnixTimeMilliseconds()} {entry.Kind}"
            );
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, options);
        await file.WriteAsync(Encoding.UTF8.GetBytes(lines.ToString()), ct);
        file.Flush(flushToDisk: true);
    }

    public async IAsyncEnumerable<AnchoredEntry> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        if (!File.Exists(path)) yield break;
        await foreach (var line in File.ReadLinesAsync(path, ct))
            // A line that was cut short was never acknowledged: its entry is anchored again. Lines of earlier builds have no kind.
            if (
                line.Split(' ') is [var stream, var seq, { Length: 64 } hash, var at, .. var kind]
                && long.TryParse(at, CultureInfo.InvariantCulture, out var ms)
            )
                yield return new AnchoredEntry(
                    Guid.ParseExact(stream, "N"),
                    long.Parse(seq, CultureInfo.InvariantCulture),
                    string.Concat(kind),
                    DateTimeOffset.FromUnixTimeMilliseconds(ms),
                    Convert.FromHexString(hash)
                );
    }
}
