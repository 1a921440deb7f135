internal import Checkpoint

/// What came of some batches of a job.
package struct SweepResult: Sendable, Equatable {
  /// The metrics of the batches' records, by the record's place in the data.
  package var records: [Int: RecordMetrics]
  /// How many batches.
  package var chunks: Int
  /// Processor seconds of the edits, without the targets that batches share.
  package var processorSeconds: Double
  /// Seconds on the clock of the same.
  package var seconds: Double
  /// Processor seconds of targets that were found for these batches first: others use them, too.
  package var targetSeconds: Double

  /// Nothing yet, or what was measured.
  package init(
    records: [Int: RecordMetrics] = [:], chunks: Int = 0, processorSeconds: Double = 0,
    seconds: Double = 0, targetSeconds: Double = 0
  ) {
    self.targetSeconds = targetSeconds
    self.records = records
    self.chunks = chunks
    self.processorSeconds = processorSeconds
    self.seconds = seconds
  }

  /// Adds the results of further batches.
  package mutating func add(_ other: SweepResult) {
    records.merge(other.records) { _, new in new }
    chunks += other.chunks
    processorSeconds += other.processorSeconds
    seconds += other.seconds
    targetSeconds += other.targetSeconds
  }

  /// The means over its records.
  package var summary: MetricSummary {
    MetricSummary(records.sorted { $0.key < $1.key }.map(\.value))
  }

  /// As a file has it.
  var json: JSONValue {
    .object(
      JSONObject([
        ("chunks", .integer(chunks)), ("processor_seconds", .number(processorSeconds)),
        ("seconds", .number(seconds)), ("target_seconds", .number(targetSeconds)),
        (
          "records",
          .array(
            records.sorted { $0.key < $1.key }.map { index, metrics in
              .object(
                JSONObject(
                  [("index", .integer(index))]
                    + Metric.allCases.compactMap { metric in
                      metrics[metric].map { (metric.rawValue, Self.number($0)) }
                    }))
            })
        ),
      ]))
  }

  /// JSON has no word for a mean that is not a number.
  private static func number(_ value: Double) -> JSONValue {
    value.isFinite ? .number(value) : .string("\(value)")
  }

  /// What a file has; `nil` for anything else.
  init?(json: JSONValue) {
    guard let chunks = json["chunks"]?.integer,
      let processorSeconds = json["processor_seconds"]?.double,
      let seconds = json["seconds"]?.double, let targetSeconds = json["target_seconds"]?.double,
      let entries = json["records"]?.array
    else { return nil }
    var records: [Int: RecordMetrics] = [:]
    for entry in entries {
      guard case .object(let object) = entry, let index = object["index"]?.integer else {
        return nil
      }
      var metrics = RecordMetrics(values: [:])
      for member in object.members where member.key != "index" {
        guard let metric = Metric(rawValue: member.key),
          let value = member.value.double ?? member.value.string.flatMap(Double.init)
        else { return nil }
        metrics[metric] = value
      }
      records[index] = metrics
    }
    self.init(
      records: records, chunks: chunks, processorSeconds: processorSeconds, seconds: seconds,
      targetSeconds: targetSeconds)
  }
}
