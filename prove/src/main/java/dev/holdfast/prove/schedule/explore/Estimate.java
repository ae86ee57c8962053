package dev.holdfast.prove.schedule.explore;

/**
 * How many ways there are, from walks by chance whose weights are right in the mean.
 *
 * <p>Threads: one at a time.
 */
final class Estimate {
  private int walks;
  private double sum;
  private double squares;

  void add(double weight) {
    walks++;
    sum += weight;
    squares += weight * weight;
  }

  /** How many; 0 if nobody has walked. */
  double mean() {
    return walks == 0 ? 0 : sum / walks;
  }

  /** The standard error of the mean in percent of it; 100 if nothing can be said. */
  int percent() {
    if (walks < 2 || sum == 0) {
      return 100;
    }
    double variance = Math.max(0, (squares - sum * sum / walks) / (walks - 1));
    return (int) Math.ceil(100 * Math.sqrt(variance / walks) / mean());
  }
}
