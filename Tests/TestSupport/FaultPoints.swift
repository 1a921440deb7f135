internal import Glibc

/// Which of a run's calls meet a fault: an even choice of at most `limit`, by number from 1.
///
/// All of them under `EMEND_TEST_FAULTS=every` (`make faults`), which takes some ten minutes.
///
/// - Parameter calls: how many calls the run made.
/// - Parameter offset: shifts the choice, so that other faults meet other calls.
package func faultPoints(_ calls: Int, from offset: Int = 0, atMost limit: Int) -> [Int] {
  let choice = getenv("EMEND_TEST_FAULTS").map { String(cString: $0) }
  let step = choice == "every" ? 1 : max(1, (calls + limit - 1) / limit)
  return Array(stride(from: 1 + offset % step, through: calls, by: step))
}
