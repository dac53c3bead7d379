namespace Atelier.Dataset.Stores;

/// <summary>Tells a store that is full from one that is out of reach.</summary>
public static class StoreRoom
{
    /// <summary>Whether an error says that there is no room. .NET gives an error of a file the number of the system's: ENOSPC and EDQUOT of Linux, EDQUOT of macOS, ERROR_DISK_FULL of Windows.</summary>
    /// <param name="error">What a store has thrown.</param>
    public static bool IsOut(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return (error.HResult & 0xFFFF) is 28 or 122 or 69 or 112;
    }
}
