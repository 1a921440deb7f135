/// How a model answers one prompt: with the object asked for, and with its rival.
package struct AnswerScore: Sendable, Equatable {
  /// The prompt.
  package let prompt: String
  /// The object that should win.
  package let wanted: ContinuationScore
  /// The object that should lose; `nil` where none is known.
  package let rival: ContinuationScore?

  /// Puts them together.
  package init(prompt: String, wanted: ContinuationScore, rival: ContinuationScore? = nil) {
    self.prompt = prompt
    self.wanted = wanted
    self.rival = rival
  }

  /// Whether the wanted object is the more probable one; ties are failures; `nil` without a rival.
  package var isSuccess: Bool? {
    rival.map { wanted.negativeLogLikelihood < $0.negativeLogLikelihood }
  }

  /// Whether the wanted object beats its rival, or everything where there is none.
  package var holds: Bool { isSuccess ?? wanted.isBest }
}
