import Foundation
import TestSupport
import Testing
import emend

@Suite struct FiguresTests {
  @Test("decimals are those of the C library, from the smallest to the largest number")
  func fixed() {
    var generator = SeededGenerator(seed: 7)
    let edges = [
      0.0, -0.0, 0.5, 1.5, 0.15, 2.675, 999.95, 1e22, 1e308, -1e308, .leastNonzeroMagnitude,
      .infinity,
    ]
    let random = (0..<1000).map { _ in
      Double(bitPattern: generator.next()).isNaN ? 1 : Double(bitPattern: generator.next())
    }
    for value in edges + random where !value.isNaN {
      for decimals in [0, 1, 3, 12] {
        let text = String(format: "%.\(decimals)f", value)
        // What rounds to nothing has no sign.
        #expect(
          Figures.fixed(value, decimals: decimals)
            == (Double(text) == 0 ? text.filter { $0 != "-" } : text))
      }
      #expect(Figures.significant(value, digits: 4) == String(format: "%.4g", value))
    }
  }

  @Test(
    "sizes keep three or four digits and never read 1000.0",
    arguments: [
      (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (20_800, "20.8 kB"), (999_949, "999.9 kB"),
      (999_950, "1.0 MB"), (6_200_000, "6.2 MB"), (Int.max, "9.2 EB"), (-1500, "-1.5 kB"),
    ])
  func bytes(count: Int, text: String) { #expect(Figures.bytes(count) == text) }

  @Test(
    "counts have their thousands apart",
    arguments: [(0, "0"), (999, "999"), (1620, "1,620"), (-1_234_567, "-1,234,567")])
  func counts(count: Int, text: String) { #expect(Figures.count(count) == text) }

  @Test("a noun follows its number")
  func nouns() {
    #expect(Figures.count(1, "fact") == "1 fact")
    #expect(Figures.count(0, "fact") == "0 facts")
    #expect(Figures.count(1620, "entry", plural: "entries") == "1,620 entries")
  }

  @Test(
    "durations are as fine as their size deserves, and never read 60.00 s",
    arguments: [
      (Duration.microseconds(4210), "4.2 ms"), (.milliseconds(999), "999.0 ms"),
      (.microseconds(999_600), "1.00 s"), (.milliseconds(1524), "1.52 s"),
      (.milliseconds(59_996), "1 min 00 s"), (.seconds(125), "2 min 05 s"),
      (.seconds(11_400), "3 h 10 min"),
    ])
  func durations(span: Duration, text: String) { #expect(Figures.duration(span) == text) }

  @Test("a clock shows hours only when there are any")
  func clock() {
    #expect(Figures.clock(.seconds(5)) == "0:05")
    #expect(Figures.clock(.seconds(3723)) == "1:02:03")
  }

  @Test("percentages and short ids")
  func rest() {
    #expect(Figures.percentage(0.4217) == "42.2 %")
    #expect(Figures.percentage(1, decimals: 0) == "100 %")
    #expect(Figures.shortID(String(repeating: "abc", count: 20)) == "abcabcabcabc")
  }
}
