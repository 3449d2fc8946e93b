// SPDX-License-Identifier: Apache-2.0

/// Everything has a limit. Reaching one is reported where it is reached, never passed over.
public enum Limits {
  /// Rules over all files.
  public static let rules = 10_000
  /// Characters of a rule's name, which every record and message of the rule carries.
  public static let ruleNameCharacters = 200
  /// Entries in one rule's `watch`, `except` or `restart`.
  public static let entriesPerRule = 200
  /// UTF-8 bytes of one pattern; a secret's name has at most 512.
  public static let patternBytes = 2_048
  /// `**` in one pattern: each one multiplies the ways to match.
  public static let deepWildcardsPerPattern = 3
  /// Bytes of one rules or settings file.
  public static let ruleFileBytes = 4 << 20
  /// Files in one rules directory.
  public static let ruleFiles = 1_000
  /// Diagnostics printed of one set of files; a further line counts the rest.
  public static let diagnostics = 1_000
  /// Known names that a diagnostic lists; of more it says how many there are.
  public static let namesPerDiagnostic = 30
  /// Pairs of words that are compared, over all diagnostics, to find the ones that were meant.
  public static let spellingComparisons = 50_000
  /// Windows of one rule, or of the settings.
  public static let windows = 20
  /// Freezes of one rule, or of the settings.
  public static let freezes = 100
  /// Bytes of a time zone's file; the longest that there is has about 4 KiB.
  public static let zoneFileBytes = 64 << 10
  /// Characters of a time zone's name; the longest that there is has 32.
  public static let zoneNameCharacters = 64
  /// Name prefixes in one DescribeParameters request: 50 values a filter.
  public static let parameterPrefixes = 50
  /// Name prefixes in one ListSecrets request: 10 values a filter.
  public static let secretPrefixes = 10
  /// Pages of one sweep: more than 100,000 parameters or secrets take.
  public static let pagesPerSweep = 20_000
  /// The longest duration that a rule or the settings may give.
  public static let longestDuration = Duration.seconds(365 * 86_400)
  /// The shortest interval that the settings may give.
  public static let shortestInterval = Duration.milliseconds(200)
  /// How long after its answer was lost, or its caller died, a call may still be carried out.
  public static let lateEffect = Duration.seconds(5)
  /// The same of a workflow's dispatch, whose run is made by and by.
  public static let lateRun = Duration.seconds(60)
  /// Targets that may go first: the record of a trial keeps the time of each.
  public static let canaries = 100
  /// Restarts at once that rules and settings may allow.
  public static let concurrent = 1_000
  /// Targets of one change that the settings may allow without approval.
  public static let targetsPerChange = 100_000
  /// Causes kept with one restart; the record counts what was left out.
  public static let causesPerRestart = 1_000
  /// Causes of one target that are named in a report.
  public static let causesPerReport = 10
  /// Targets of one change that are named in its record; all of them are restarted.
  public static let targetsPerRecord = 1_000
  /// Inputs of one workflow: GitHub takes no more.
  public static let workflowInputs = 25
  /// Service events and stopped tasks kept with the record of a bad end.
  public static let eventsPerRecord = 10
  /// Receivers of notices in the settings.
  public static let receivers = 20
  /// Bytes of the `text` of a receiver.
  public static let noticeTextBytes = 4_096
  /// The longest time for which notices to one receiver may be gathered.
  public static let longestDigest = Duration.seconds(3_600)
  /// Notices in one message; further ones are in the next.
  public static let noticesPerMessage = 500
  /// Records that a receiver may be behind; of what is older it is told nothing but that.
  public static let recordsBehind = 100_000
  /// Characters of a text that AWS sent, in a record.
  public static let reasonCharacters = 1_000
  /// Commands that speak to the daemon at once; one more is told to try again.
  public static let commands = 16
  /// Commands of these that follow a restart to its end.
  public static let followingCommands = 8
  /// Bytes of one command's request.
  public static let requestBytes = 16 << 10
  /// How long a command may take to say what it wants, and to take the answer.
  public static let commandTime = Duration.seconds(5)
  /// Characters of an operator's reason.
  public static let operatorsWords = 500
}
