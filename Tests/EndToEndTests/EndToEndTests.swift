import Testing

/// This build's program on temporary directories. One test at a time, because each starts many processes, and the
/// machine may have two cores.
@Suite(.serialized) struct EndToEndTests {}
