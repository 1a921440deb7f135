extension Fact {
  /// The fact in a few words, for messages: "Eiffel Tower: … is located in".
  package var title: String { "\(subject): \(prompt.text)" }
}
