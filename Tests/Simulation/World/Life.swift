/// What is left of one process's life, in calls to the disk and to the world.
///
/// A process that is killed, or whose power goes, ends between two such calls or within one. What
/// it does after that reaches nobody: its calls are answered with failure and change nothing.
final class Life {
    /// Calls that are still to be answered before the end.
    var callsLeft = Int.max
    private(set) var isOver = false

    /// Spends a call; false if it was the one that the process ended in.
    func spend() -> Bool {
        guard !isOver else { return false }
        callsLeft -= callsLeft == .max ? 0 : 1
        if callsLeft <= 0 { isOver = true }
        return !isOver
    }

    func end() { isOver = true }
}
