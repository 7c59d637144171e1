package recurve.tasks.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import recurve.ir.DType;
import recurve.ir.Tensor;
import recurve.task.Batch;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Report;
import recurve.tasks.Example;

/** Against figures worked out by hand. */
class EvaluationTest {
  private static final List<String> LABELS = List.of("a", "b", "c");

  private static void add(Evaluation evaluation, Tensor targets, float... probabilities) {
    var batch = new Batch(Map.of(Example.TARGETS, targets), true, 1);
    Map<String, Tensor> figures =
        Map.of(
            Objective.NLL,
            Tensor.scalar(DType.F32, 2),
            Classifier.PROBABILITIES,
            Tensor.of(probabilities, probabilities.length / 3, 3));
    evaluation.add(batch, figures::get);
  }

  @Test
  void ofOneLabel() {
    var evaluation = new OneLabelEvaluation(LABELS);
    float[] a = {.8f, .1f, .1f}, b = {.1f, .8f, .1f};
    add(evaluation, Tensor.of(new int[] {0, 0}, 2), a[0], a[1], a[2], a[0], a[1], a[2]);
    add(evaluation, Tensor.of(new int[] {0, 1}, 2), b[0], b[1], b[2], a[0], a[1], a[2]);
    // said: a a b a for a a a b. a: P 2/3, R 2/3; b: P 0, R 0; c does not occur
    Report report = evaluation.report();
    assertEquals(4, report.get("texts"));
    assertEquals(1, report.get("nll"), 1e-12);
    assertEquals(50, report.get("accuracy"), 1e-12);
    assertEquals(100 * (2 / 3.0 + 0) / 2, report.get("macro_f1"), 1e-12);
    assertEquals(50, report.get("micro_f1"), 1e-12);
    Report.Table confusion = report.tables().get(1);
    assertEquals(
        Map.of("a", List.of(2., 1., 0.), "b", List.of(1., 0., 0.), "c", List.of(0., 0., 0.)),
        confusion.rows());
    assertEquals(
        List.of("   a  b  c", "a  2  1  0", "b  1  0  0", "c  0  0  0"), confusion.lines());
  }

  @Test
  void ofSeveralLabels() {
    var evaluation = new SeveralLabelsEvaluation(LABELS, 0.5, false);
    add(evaluation, Tensor.of(new int[] {1, 0, 1}, 1, 3), .9f, .6f, .4f);
    add(evaluation, Tensor.of(new int[] {0, 0, 0}, 1, 3), .1f, .2f, .3f);
    // said: {a, b} for {a, c}, and {} for {}: one right of two said and of two there are
    Report report = evaluation.report();
    assertEquals(50, report.get("exact_match"), 1e-12);
    assertEquals(50, report.get("micro_f1"), 1e-12);
    assertEquals(100 * (1 + 0 + 0) / 3.0, report.get("macro_f1"), 1e-12);
    // at 0.35 all of .9 .6 .4 are said: P 2/3, R 1
    assertEquals(0.35, report.get("best_threshold"), 1e-7);
    assertEquals(80, report.get("best_threshold_micro_f1"), 1e-12);
  }
}
