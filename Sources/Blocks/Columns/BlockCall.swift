internal import Events

/// How an event came, as one byte of its shape: kind, stage and quality of its time.
enum BlockCall {
    static func byte(_ kind: Kind, _ stage: Stage?, _ quality: TimeQuality) -> UInt8 {
        let quality: UInt8 =
            switch quality {
            case .synchronised: 0
            case .unsynchronised: 1
            case .implausible: 2
            }
        return kind.rawValue | (stage.map { $0.rawValue + 1 } ?? 0) << 3 | quality << 6
    }

    /// What a byte means; nil where it means nothing.
    static func parts(_ byte: UInt8) -> (kind: Kind, stage: Stage?, quality: TimeQuality)? {
        let stageNumber = byte >> 3 & 7
        let stage = stageNumber == 0 ? nil : Stage(rawValue: stageNumber - 1)
        guard let kind = Kind(rawValue: byte & 7), stageNumber == 0 || stage != nil else {
            return nil
        }
        switch byte >> 6 {
        case 0: return (kind, stage, .synchronised)
        case 1: return (kind, stage, .unsynchronised)
        case 2: return (kind, stage, .implausible)
        default: return nil
        }
    }
}
