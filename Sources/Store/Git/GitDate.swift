/// Reads the dates that people put into `GIT_AUTHOR_DATE`.
///
/// Understood are Git's own form (`1718000000 +0200`, `@1718000000`), ISO 8601 (`2005-04-07T22:13:13Z`) and
/// RFC 2822 (`Thu, 7 Apr 2005 22:13:13 +0200`): the three that Git documents.
package enum GitDate {
  /// The moment that a text means; `nil` when it is none of the forms.
  /// - Parameter zone: for a text without an offset.
  package static func parse(_ text: String, in zone: LocalZone) -> GitMoment? {
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    return internalForm(words, zone) ?? iso8601(words, zone) ?? rfc2822(words, zone)
  }

  private static func internalForm(_ words: [String], _ zone: LocalZone) -> GitMoment? {
    guard let first = words.first, words.count <= 2 else { return nil }
    let digits = first.hasPrefix("@") ? String(first.dropFirst()) : first
    // Git takes a bare number for seconds only from nine digits on; `@` says it outright.
    guard !digits.isEmpty, digits.utf8.allSatisfy({ 48...57 ~= $0 }),
      first.hasPrefix("@") || digits.utf8.count >= 9,
      let seconds = Int64(digits), seconds < 1 << 40
    else { return nil }
    guard words.count == 2 else {
      return GitMoment(seconds: seconds, offsetMinutes: zone.offsetMinutes(atLocal: seconds))
    }
    return offset(words[1]).map { GitMoment(seconds: seconds, offsetMinutes: $0) }
  }

  private static func iso8601(_ words: [String], _ zone: LocalZone) -> GitMoment? {
    let parts =
      words.count == 1
      ? words[0].split(separator: "T", maxSplits: 1).map(String.init) + words.dropFirst() : words
    guard parts.count == 2 || parts.count == 3 else { return nil }
    let date = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard date.count == 3, let year = number(date[0], 4), let month = number(date[1], 2),
      let day = number(date[2], 2)
    else { return nil }
    var clock = parts[1]
    var offset = parts.count == 3 ? parts[2] : ""
    if offset.isEmpty, let start = clock.firstIndex(where: { "Z+-".contains($0) }) {
      offset = String(clock[start...])
      clock = String(clock[..<start])
    }
    return moment(year, month, day, clock, offset, zone)
  }

  private static func rfc2822(_ words: [String], _ zone: LocalZone) -> GitMoment? {
    var rest = words[...]
    if let first = rest.first, first.hasSuffix(",") { rest = rest.dropFirst() }
    let parts = Array(rest)
    guard parts.count == 4 || parts.count == 5, let day = Int(parts[0]),
      let month = months.firstIndex(of: parts[1].lowercased()), let year = number(parts[2][...], 4)
    else { return nil }
    return moment(year, month + 1, day, parts[3], parts.count == 5 ? parts[4] : "", zone)
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  private static func moment(
    _ year: Int, _ month: Int, _ day: Int, _ clock: String, _ offsetText: String, _ zone: LocalZone
  ) -> GitMoment? {
    let whole = clock.split(separator: ".", maxSplits: 1).first.map(String.init) ?? clock
    let fields = whole.split(separator: ":", omittingEmptySubsequences: false).map { number($0, 2) }
    guard 2...3 ~= fields.count, let hour = fields[0], let minute = fields[1],
      let second = fields.count == 3 ? fields[2] : 0,
      1...12 ~= month, 1...31 ~= day, hour < 24, minute < 60, second <= 60,
      let local = Optional(
        Int64(daysSince1970(year, month, day)) * 86400
          + Int64(hour * 3600 + minute * 60 + second)),
      let east = offsetText.isEmpty ? zone.offsetMinutes(atLocal: local) : offset(offsetText)
    else { return nil }
    let seconds = local - Int64(east * 60)
    return seconds < 0 ? nil : GitMoment(seconds: seconds, offsetMinutes: east)
  }

  /// Days from 1970-01-01 in the Gregorian calendar, counted in years that begin in March.
  static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
  }

  private static func offset(_ text: String) -> Int? {
    if text == "Z" || text == "z" || text == "GMT" || text == "UTC" { return 0 }
    guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
    let digits = text.dropFirst().filter { $0 != ":" }
    guard digits.utf8.allSatisfy({ 48...57 ~= $0 }) else { return nil }
    let minutes: Int
    switch (digits.count, Int(digits)) {
    case (2, let hours?): minutes = hours * 60
    case (4, let value?): minutes = value / 100 * 60 + value % 100
    default: return nil
    }
    guard minutes < 24 * 60 else { return nil }
    return sign == "-" ? -minutes : minutes
  }

  private static func number(_ text: some StringProtocol, _ digits: Int) -> Int? {
    guard 1...digits ~= text.utf8.count, text.utf8.allSatisfy({ 48...57 ~= $0 }) else {
      return nil
    }
    return Int(text)
  }
}
