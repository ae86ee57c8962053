/** The locks of Holdfast past one machine, on ZooKeeper and PostgreSQL; fencing. */
@org.jspecify.annotations.NullMarked
package dev.holdfast.cluster;
