using AgentInvest.Core.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AgentInvest.Functions.Portfolio;

/// <summary>The file of an upload: the raw body, or the one file of a multipart form.</summary>
internal static class UploadedFile
{
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var bytes = await Body.ReadBytesAsync(request, ct);
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        )
            return bytes.Length > 0
                ? bytes
                : throw Problems.Validation("file", "is required: send it as the body or as one part of a multipart form");
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 100)
            throw Problems.Validation("file", "the multipart form names no boundary");
        var files = new List<byte[]>();
        try
        {
            var reader = new MultipartReader(boundary, new MemoryStream(bytes.ToArray()));
            while (await reader.ReadNextSectionAsync(ct) is { } section)
            {
                if (
                    !ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                    || !disposition.IsFileDisposition()
                )
                    continue;
                using var content = new MemoryStream();
                await section.Body.CopyToAsync(content, ct);
                files.Add(content.ToArray());
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw Problems.Validation("file", "the multipart form is broken off or malformed");
        }
        return files.Count == 1 ? files[0] : throw Problems.Validation("file", "the multipart form must hold exactly one file");
    }
}
