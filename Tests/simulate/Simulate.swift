internal import Foundation
internal import Platform
internal import Simulation

/// `simulate --seed S --steps N`, and other ways to look at the same world.
///
/// 0 where every promise was kept, 1 where one was not, and then seed, step and checker stand on
/// the last line; 2 for wrong usage.
@main struct Simulate {
    private static let usage =
        "usage: simulate [--seed S] [--steps N | --cuts N | --model N | --controls | --planted]"
        + " [--log | --trace]"

    private enum Mode {
        case steps, cuts, model, controls, planted
    }

    static func main() {
        var seed: UInt64 = 1
        var count = 20_000
        var mode = Mode.steps
        var isLogged = false
        var isTraced = false
        var arguments = CommandLine.arguments.dropFirst()
        func number<Number: FixedWidthInteger>() -> Number {
            guard let number = arguments.popFirst().flatMap({ Number($0) }) else { refuse() }
            return number
        }
        while let name = arguments.popFirst() {
            switch name {
            case "--seed": seed = number()
            case "--steps": count = number()
            case "--cuts": (mode, count) = (.cuts, number())
            case "--model": (mode, count) = (.model, number())
            case "--controls": mode = .controls
            case "--planted": mode = .planted
            case "--log": isLogged = true
            case "--trace": (isLogged, isTraced) = (true, true)
            default: refuse()
            }
        }
        if !isLogged { silenceLog() }
        let isGood =
            switch mode {
            case .steps: simulate(seed: seed, stepCount: count, isTraced)
            case .cuts: cut(count, from: seed)
            case .model: report(Verdict.model(seed: seed, actionCount: count))
            case .controls: control()
            case .planted: report(Verdict.planted(stepCount: count))
            }
        exit(isGood ? 0 : 1)
    }

    private static func refuse() -> Never {
        say(usage)
        exit(2)
    }

    private static func report(_ verdict: Verdict) -> Bool {
        say(verdict.text)
        return verdict.isGood
    }

    private static func simulate(seed: UInt64, stepCount: Int, _ isTraced: Bool) -> Bool {
        say(Verdict.announcement(seed: seed, stepCount: stepCount))
        let verdict = Verdict.run(
            seed: seed, stepCount: stepCount,
            trace: isTraced ? { StandardStream.error.write(line: Array($0.utf8)) } : nil)
        return report(verdict)
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
