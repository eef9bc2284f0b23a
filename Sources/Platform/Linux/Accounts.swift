internal import CPlatform

/// The names of the system's users and groups.
public enum Accounts {
    /// The number of a group; throws `ENOENT` for a name that no group has.
    public static func groupID(named name: String) throws(PlatformError) -> UInt32 {
        var number: UInt32 = 0
        let code = unsafe platform_group_id(name, &number)
        guard code == 0 else {
            throw PlatformError(operation: "find group " + name, errno: code)
        }
        return number
    }

    /// The number of a user; throws `ENOENT` for a name that no user has.
    public static func userID(named name: String) throws(PlatformError) -> UInt32 {
        var number: UInt32 = 0
        let code = unsafe platform_user_id(name, &number)
        guard code == 0 else {
            throw PlatformError(operation: "find user " + name, errno: code)
        }
        return number
    }
}
