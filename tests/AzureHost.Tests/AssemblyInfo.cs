// One environment of four workers on two cores: one test after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
