/** picocli, compiled again from its published sources: see docs/decisions/0003. */
module info.picocli {
  exports picocli;
}
