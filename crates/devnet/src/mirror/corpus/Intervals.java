    /** The total length that a set of intervals covers, overlaps counted once. */
    static long coveredLength(List<long[]> intervals) {
        List<long[]> sorted = new ArrayList<>(intervals);
        sorted.removeIf(interval -> interval[0] >= interval[1]);
        sorted.sort(Comparator.comparingLong(interval -> interval[0]));
        long covered = 0;
        long end = Long.MIN_VALUE;
        for (long[] interval : sorted) {
            long start = Math.max(interval[0], end);
            if (interval[1] > start) {
                covered = Math.addExact(covered, interval[1] - start);
                end = interval[1];
            }
        }
        return covered;
    }
