package dev.holdfast.prove.plan;

import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.observe.Binding;
import dev.holdfast.prove.observe.ObservedCall;
import org.jspecify.annotations.Nullable;

/**
 * A window, and what the trial needs to come to it.
 *
 * @param binding what is changed there; null for strikes that change no name
 * @param rival which of the case's rivals runs there; empty for all other strikes
 * @param predictable the names were the same in every run, so they can be prepared beforehand
 */
public record PlannedWindow(
    Window window,
    ObservedCall call,
    @Nullable Binding binding,
    String rival,
    boolean predictable) {}
