import ArgumentParser

/// Measures what the project claims: every figure as a ratio against a reference in the same run.
@main
struct EmendBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emend-bench",
    abstract: "Measure what emend claims, each figure beside its reference",
    subcommands: [
      CodecBenchmark.self, SolveBenchmark.self, EditBenchmark.self, ROMEBenchmark.self,
      HistoryBenchmark.self,
      ProtectionBenchmark.self, MomentsBenchmark.self, WidthBenchmark.self,
      MakeCheckpoint.self, StoreBenchmark.self, StartBenchmark.self, AuditBenchmark.self,
      AuditRangeBenchmark.self, CollectionBenchmark.self, DepthBenchmark.self,
      EvalBenchmark.self, Results.self,
    ])
}
