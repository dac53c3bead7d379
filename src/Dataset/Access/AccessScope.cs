namespace Atelier.Dataset.Access;

/// <summary>What a key allows; each scope includes those before it.</summary>
public enum AccessScope
{
    /// <summary>To look at everything but keys.</summary>
    Read,

    /// <summary>To send lists, to submit jobs in the name of the key's owner, and to steer these.</summary>
    Submit,

    /// <summary>To steer the jobs of everybody, and the workers.</summary>
    Operate,

    /// <summary>To make and to revoke keys.</summary>
    Admin,
}
