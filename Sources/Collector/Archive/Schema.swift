/// The tables of the archive; every column is explained on the module's page.
enum Schema {
    /// Stands in `PRAGMA application_id`: "FFCL".
    static let application: Int32 = 0x4646_434C
    /// Stands in `PRAGMA user_version`; another number is another layout.
    static let version: Int32 = 5

    /// What version 1 did not have; a report reads nothing of it.
    static let sinceFirstVersion = """
        CREATE TABLE dictionary (
            device INTEGER NOT NULL,
            name INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            PRIMARY KEY (device, name)
        );

        """

    /// What version 2 did not have: what is known of clocks, and what it says of events.
    static let sinceSecondVersion = """
        CREATE TABLE clock (
            device INTEGER NOT NULL,
            boot TEXT NOT NULL,
            source INTEGER NOT NULL,
            period INTEGER NOT NULL,
            at INTEGER NOT NULL,
            lower INTEGER NOT NULL,
            upper INTEGER NOT NULL,
            PRIMARY KEY (device, boot, source, period)
        ) WITHOUT ROWID;
        ALTER TABLE epoch ADD COLUMN earliest INTEGER;
        ALTER TABLE epoch ADD COLUMN latest INTEGER;
        ALTER TABLE event ADD COLUMN producer_time INTEGER;
        ALTER TABLE event ADD COLUMN arrival INTEGER;
        ALTER TABLE event ADD COLUMN time_lower INTEGER;
        ALTER TABLE event ADD COLUMN time_upper INTEGER;
        ALTER TABLE event ADD COLUMN time_quality INTEGER;
        CREATE INDEX epoch_boot ON epoch (boot);
        CREATE INDEX event_unsynchronised ON event (stream, epoch, mono) WHERE quality <> 0;

        """

    /// What version 3 did not have: what is still to be solved, and who uses another's stream.
    static let sinceThirdVersion = """
        CREATE TABLE unsolved (
            stream INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            moment INTEGER NOT NULL,
            event INTEGER NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (stream, epoch)
        ) WITHOUT ROWID;
        ALTER TABLE stream ADD COLUMN is_shared INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE event ADD COLUMN boot TEXT;
        CREATE INDEX event_untimed ON event (id) WHERE time_quality IS NULL;

        """

    /// What version 4 did not have: visits as devices tell them, and what is sealed.
    static let sinceFourthVersion = """
        ALTER TABLE event ADD COLUMN visit INTEGER;
        ALTER TABLE event ADD COLUMN actor INTEGER;
        ALTER TABLE event ADD COLUMN sealed TEXT;
        ALTER TABLE event ADD COLUMN sealed_origin TEXT;
        ALTER TABLE event ADD COLUMN is_opened INTEGER;
        CREATE INDEX event_sealed ON event (substr(sealed, 1, 12)) WHERE sealed IS NOT NULL;

        """

    static let statements =
        firstVersion + sinceFirstVersion + sinceSecondVersion + sinceThirdVersion
        + sinceFourthVersion

    private static let firstVersion = """
        CREATE TABLE device (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        );
        CREATE TABLE stream (
            id INTEGER PRIMARY KEY,
            device INTEGER NOT NULL,
            name TEXT NOT NULL,
            ordinal INTEGER NOT NULL,
            UNIQUE (device, name),
            UNIQUE (device, ordinal)
        );
        CREATE TABLE epoch (
            stream INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            boot TEXT,
            given INTEGER,
            PRIMARY KEY (stream, epoch)
        ) WITHOUT ROWID;
        CREATE TABLE event (
            id INTEGER PRIMARY KEY,
            stream INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            content BLOB NOT NULL,
            lane INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            stage INTEGER,
            time INTEGER NOT NULL,
            wall INTEGER NOT NULL,
            mono INTEGER NOT NULL,
            quality INTEGER NOT NULL,
            producer INTEGER NOT NULL,
            message_id TEXT,
            name TEXT,
            visitor TEXT,
            user_id TEXT,
            order_kind INTEGER,
            money INTEGER,
            currency TEXT,
            minor_units INTEGER,
            body TEXT NOT NULL,
            UNIQUE (stream, epoch, seq)
        );
        CREATE TABLE duplicate (
            stream INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            content BLOB NOT NULL,
            PRIMARY KEY (stream, epoch, seq)
        ) WITHOUT ROWID;
        CREATE TABLE message (
            device INTEGER NOT NULL,
            message BLOB NOT NULL,
            content BLOB NOT NULL,
            PRIMARY KEY (device, message, content)
        ) WITHOUT ROWID;
        CREATE TABLE conflict (
            stream INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            content BLOB NOT NULL,
            PRIMARY KEY (stream, epoch, seq, content)
        ) WITHOUT ROWID;
        CREATE TABLE refusal (
            stream INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (stream, epoch, seq)
        ) WITHOUT ROWID;
        CREATE TABLE tombstone (
            stream INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (stream, epoch, first)
        ) WITHOUT ROWID;
        CREATE TABLE counter (
            device INTEGER NOT NULL,
            name TEXT NOT NULL,
            value INTEGER NOT NULL,
            PRIMARY KEY (device, name)
        ) WITHOUT ROWID;
        CREATE TABLE notice (
            device INTEGER NOT NULL,
            name TEXT NOT NULL,
            since INTEGER NOT NULL,
            latest INTEGER NOT NULL,
            PRIMARY KEY (device, name)
        ) WITHOUT ROWID;

        """
}
