using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Doors;
using Atelier.Input;

namespace Atelier.Cli.Cluster;

/// <summary>
/// What opens a cluster that <c>atelier cluster</c> runs: the password of its membership server and its <see cref="ClusterKey"/>, in a folder that
/// only its user can read. Commands of the same user find them there by the port; another user's do not.
/// </summary>
/// <param name="Password">The membership server's.</param>
/// <param name="KeyFile">Path of the key's PEM file.</param>
internal sealed record LocalCluster(string Password, string KeyFile)
{
    private const string PasswordName = "password";
    private const string KeyName = "key.pem";
    private const int PasswordBytes = 32;
    private const int MaxBytes = 1024;
    private const UnixFileMode UserOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Connection string of the membership server.</summary>
    /// <param name="port">Its port.</param>
    public string Membership(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port},password={Password}");

    /// <summary>Makes a password and a key for a cluster, in place of those of an earlier one at that port.</summary>
    /// <param name="port">Port of its membership server.</param>
    /// <exception cref="InvalidInputException">The user has no folder in which they could be kept.</exception>
    public static LocalCluster Create(int port)
    {
        var folder = FolderOf(port);
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UserOnly | UnixFileMode.UserExecute);
            using var key = ClusterKey.Create();
            var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PasswordBytes));
            Write(Path.Combine(folder, KeyName), key.ToPem());
            Write(Path.Combine(folder, PasswordName), password);
            return new LocalCluster(password, Path.Combine(folder, KeyName));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"the cluster's password and key cannot be kept in {folder}: {refused.Message}", refused);
        }
    }

    /// <summary>The password and key of a running cluster of this user; null where there are none.</summary>
    /// <param name="port">Port of its membership server.</param>
    public static LocalCluster? Find(int port)
    {
        var folder = FolderOf(port);
        var (password, key) = (Path.Combine(folder, PasswordName), Path.Combine(folder, KeyName));
        if (!File.Exists(password) || !File.Exists(key)) return null;
        return new LocalCluster(Encoding.ASCII.GetString(RegularFile.ReadAllBytes(password, MaxBytes)), key);
    }

    /// <summary>The same for a server that may be anywhere: null for one that is not on loopback.</summary>
    /// <param name="server">Where the membership server is.</param>
    public static LocalCluster? Find(EndPoint server) => server switch
    {
        IPEndPoint at when IPAddress.IsLoopback(at.Address) => Find(at.Port),
        DnsEndPoint { Host: "localhost" } at => Find(at.Port),
        _ => null,
    };

    /// <summary>Removes password and key once the cluster has stopped.</summary>
    /// <param name="port">Port of its membership server.</param>
    public static void Remove(int port)
    {
        try
        {
            Directory.Delete(FolderOf(port), recursive: true);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // They open nothing any more; the next cluster replaces them.
        }
    }

    private static string FolderOf(int port)
    {
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (data.Length == 0) throw new InvalidInputException("this user has no folder for data of programs, where the password and key of a cluster are kept; set HOME");
        return Path.Combine(data, "atelier", "clusters", port.ToString(CultureInfo.InvariantCulture));
    }

    private static void Write(string path, string content)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UserOnly;
        using (var file = new StreamWriter(temporary, Encoding.ASCII, options)) file.Write(content);
        File.Move(temporary, path, overwrite: true);
    }
}
