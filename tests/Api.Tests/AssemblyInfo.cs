// Hosts, databases and timing tests on two cores: one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
