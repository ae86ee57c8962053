package dev.holdfast.locks;

class MailLockTest extends NamedFileLockContract {
  @Override
  Kind kind() {
    return Kind.MAIL;
  }
}
