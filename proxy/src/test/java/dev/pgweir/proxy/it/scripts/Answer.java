package dev.pgweir.proxy.it.scripts;

import dev.pgweir.proxy.testing.WireMessage;
import java.util.List;

/** All that came for one step; nothing if the step was passed over because of an error before it. */
record Answer(Step step, List<WireMessage> messages) {}
