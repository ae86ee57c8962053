package dev.holdfast.junit;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

/** The program that code to be proved becomes: calls the method that it is told, and ends. */
final class Call {
  private Call() {}

  static void main(String[] args) throws Throwable {
    Class<?> type = Class.forName(args[0]);
    Method method = type.getDeclaredMethod(args[1]);
    method.setAccessible(true);
    Object on = null;
    if (!Modifier.isStatic(method.getModifiers())) {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      on = constructor.newInstance();
    }
    try {
      method.invoke(on);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
