import Testing

/// The real program, as this build has made it, on temporary directories. One test at a time: each starts many processes,
/// and the machine may have two cores.
@Suite(.serialized) struct EndToEndTests {}
