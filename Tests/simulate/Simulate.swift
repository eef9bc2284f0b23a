internal import Foundation
internal import Platform
internal import Simulation

/// `simulate --seed S --steps N`, `simulate --controls`.
///
/// 0 where every promise was kept, 1 where one was not, and then seed, step and checker stand on
/// the last line; 2 for wrong usage.
@main struct Simulate {
    static func main() {
        var options: [String: UInt64] = ["--seed": 1, "--steps": 20_000, "--cuts": 0]
        var isControl = false
        var isLogged = false
        var arguments = CommandLine.arguments.dropFirst()
        while let name = arguments.popFirst() {
            switch name {
            case "--controls": isControl = true
            case "--log": isLogged = true
            default:
                guard options[name] != nil, let value = arguments.popFirst().flatMap(UInt64.init)
                else {
                    say("usage: simulate [--seed S] [--steps N | --cuts N | --controls] [--log]")
                    exit(2)
                }
                options[name] = value
            }
        }
        if !isLogged { silenceLog() }
        let cutCount = Int(options["--cuts"] ?? 0)
        let isGood =
            isControl
            ? control()
            : cutCount > 0 ? cut(cutCount, from: options["--seed"] ?? 1) : simulate(options)
        exit(isGood ? 0 : 1)
    }

    private static func simulate(_ options: [String: UInt64]) -> Bool {
        let seed = options["--seed"] ?? 1
        let stepCount = Int(options["--steps"] ?? 0)
        say(Verdict.announcement(seed: seed, stepCount: stepCount))
        let verdict = Verdict.run(seed: seed, stepCount: stepCount)
        say(verdict.text)
        return verdict.isGood
    }

    /// As many power cuts as are asked for, no more than 500 of them on one device.
    private static func cut(_ count: Int, from seed: UInt64) -> Bool {
        var seed = seed
        var left = count
        while left > 0 {
            say("seed \(seed), \(min(left, 500)) power cuts")
            let verdict = Verdict.cuts(seed: seed, count: min(left, 500))
            say(verdict.text)
            guard verdict.isGood else { return false }
            left -= 500
            seed += 1
        }
        return true
    }

    private static func control() -> Bool {
        var isGood = true
        for plant in Plant.allCases {
            let verdict = Verdict.control(plant)
            say(verdict.text)
            isGood = isGood && verdict.isGood
        }
        return isGood
    }

    /// A line is out before the process can die of what comes next.
    private static func say(_ line: String) { StandardStream.output.write(line: Array(line.utf8)) }

    /// The agent's own log lines are thousands here.
    private static func silenceLog() {
        let null = unsafe open("/dev/null", O_WRONLY)
        dup2(null, STDERR_FILENO)
        close(null)
    }
}
