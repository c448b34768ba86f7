using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace AgentInvest.Auth.Audit;

/// <summary>The anchor of one machine: a file that is only appended to, one head a line, on disk before the call returns.</summary>
public sealed class FileAuditAnchor(string path) : IAuditAnchor
{
    public async Task WriteAsync(IReadOnlyList<AuditHead> heads, CancellationToken ct)
    {
        var lines = new StringBuilder();
        foreach (var head in heads) lines.Append(CultureInfo.InvariantCulture, $"{head.Stream:N} {head.Seq} {Convert.ToHexStringLower(head.Hash)} {head.At.ToUnixTimeMilliseconds()}\n");
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, options);
        await file.WriteAsync(Encoding.ASCII.GetBytes(lines.ToString()), ct);
        file.Flush(flushToDisk: true);
    }

    public async IAsyncEnumerable<AuditHead> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        if (!File.Exists(path)) yield break;
        await foreach (var line in File.ReadLinesAsync(path, ct))
            // A line that a crash cut short was never acknowledged: its entries are anchored again.
            if (line.Split(' ') is [var stream, var seq, { Length: 64 } hash, var at] && long.TryParse(at, CultureInfo.InvariantCulture, out var ms))
                yield return new AuditHead(Guid.ParseExact(stream, "N"), long.Parse(seq, CultureInfo.InvariantCulture), Convert.FromHexString(hash), DateTimeOffset.FromUnixTimeMilliseconds(ms));
    }
}
