package import Diagnostics

/// `git gc` has failed.
package struct HousekeepingFailure: ExplainedError, Equatable {
  /// The repository.
  package let directory: String
  /// Git's own words.
  package let words: String

  /// The parts of what the user is told.
  package var explanation: Explanation {
    Explanation(
      "git could not tidy up the repository", file: directory, found: words,
      remedy:
        "Nothing was lost. Run `emend fsck`, make room where that is what is missing, and try again."
    )
  }
}
