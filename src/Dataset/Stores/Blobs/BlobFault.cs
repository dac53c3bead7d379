using Azure;
using Azure.Identity;

namespace Atelier.Dataset.Stores.Blobs;

/// <summary>
/// What went wrong with a container, in words that name its URL and never a key, a signature or a token. The SDK's own messages quote
/// what the service answered, part of the credentials among it, so they are neither repeated nor kept as inner exceptions.
/// </summary>
/// <param name="Message">What went wrong.</param>
/// <param name="InSetting">Whether the setting that names the store is what has to be mended.</param>
internal sealed record BlobFault(string Message, bool InSetting)
{
    /// <summary>The fault behind an exception of the SDK; null when it is none.</summary>
    public static BlobFault? Of(Exception exception, string container) => exception switch
    {
        // The retry policy gives the failures of all its tries; the last is as good as any.
        AggregateException { InnerExceptions: [.., var last] } => Of(last, container),
        RequestFailedException { Status: 0 } unsent => Unreachable(container, unsent),
        RequestFailedException answer => Answered(answer, container),
        AuthenticationFailedException => new(
            $"There is no Azure identity to open {container} with: give the machine a managed identity, sign in with 'az login', or use a "
            + "connection string or a shared access signature.", InSetting: true),
        OperationCanceledException => new($"The blob storage at {container} did not answer in time.", InSetting: false),
        HttpRequestException or IOException => Unreachable(container, exception),
        _ => null,
    };

    private static BlobFault Answered(RequestFailedException answer, string container) => answer switch
    {
        { ErrorCode: "ContainerNotFound" } => new($"There is no container {container}.", InSetting: true),
        { ErrorCode: "InvalidBlockList" } => new(
            $"The blob storage at {container} dropped what was uploaded for a file ({Code(answer)}): another had its name meanwhile, or a "
            + "week has passed.", InSetting: false),
        { ErrorCode: "AuthorizationPermissionMismatch" or "InsufficientAccountPermissions" } => new(
            $"The credentials for {container} do not allow this ({Code(answer)}): an identity needs the role 'Storage Blob Data "
            + "Contributor', a shared access signature the permissions to read, add, create, write, delete and list.", InSetting: true),
        { ErrorCode: "CannotVerifyCopySource", Status: 401 or 403 } => new(
            $"The credentials for {container} do not allow copying within it ({Code(answer)}).", InSetting: true),
        { Status: 401 or 403 } => new(
            $"The blob storage at {container} refused the credentials ({Code(answer)}): check the account key, or the shared access "
            + "signature and the time it ends, or the identity, and the account's firewall.", InSetting: true),
        _ => new($"The blob storage at {container} failed a request ({Code(answer)}).", InSetting: false),
    };

    private static string Code(RequestFailedException answer) => $"{answer.Status} {answer.ErrorCode}".TrimEnd();

    private static BlobFault Unreachable(string container, Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return new($"Cannot reach the blob storage at {container}: {exception.Message.TrimEnd('.')}.", InSetting: false);
    }
}
