import Store
import Testing

/// Moments as ISO 8601 writes them; the expected texts are those of `date --iso-8601=seconds`.
@Suite struct GitMomentTests {
  @Test(
    "local time with its distance from Greenwich",
    arguments: [
      (0, 0, "1970-01-01T00:00:00+00:00"), (1_700_000_000, 60, "2023-11-14T23:13:20+01:00"),
      (1_700_000_000, -570, "2023-11-14T12:43:20-09:30"), (-1, 0, "1969-12-31T23:59:59+00:00"),
      (253_402_300_799, 0, "9999-12-31T23:59:59+00:00"),
      (253_402_300_800, 0, "10000-01-01T00:00:00+00:00"),
      (-99_999_999_999, 0, "-1199-02-15T14:13:21+00:00"),
      (.max, 60, "1970-01-01T00:00:00+00:00"), (.min, -60, "1970-01-01T00:00:00+00:00"),
      (67_768_036_191_676_799, 0, "1970-01-01T00:00:00+00:00"),
      (0, .min, "1970-01-01T00:00:00+00:00"),
    ])
  func text(seconds: Int64, offset: Int, expected: String) {
    #expect(GitMoment(seconds: seconds, offsetMinutes: offset).iso8601 == expected)
  }
}
