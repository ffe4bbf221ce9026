package shop;

import com.sun.net.httpserver.HttpExchange;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import shop.Store.Payment;

/**
 * The event stream: tells each change of a payment to whoever listens. More than one process would tell each other, as PostgreSQL's
 * LISTEN and NOTIFY do.
 */
final class Events {
    private static final long PING_SECONDS = 15;

    private final Map<String, Set<Semaphore>> listeners = new ConcurrentHashMap<>();

    /** The payment changed; what it is now, whoever listens reads. */
    void changed(String id) {
        listeners.getOrDefault(id, Set.of()).forEach(Semaphore::release);
    }

    /** Tells the payment until it has ended, or nobody listens any more: then writing fails. */
    void tell(HttpExchange exchange, Payments payments, String key, String session) throws Exception {
        Payment payment = payments.stands(key);
        if (payment.ended()) {
            exchange.sendResponseHeaders(204, -1);
            return;
        }
        String id = payment.id();
        Semaphore told = new Semaphore(0);
        listeners.computeIfAbsent(id, none -> ConcurrentHashMap.newKeySet()).add(told);
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.getResponseHeaders().set("X-Accel-Buffering", "no"); // nginx would keep it back
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (String last = ""; ; ) {
                payment = payments.stands(key);
                Map<String, Object> shown = Answer.shown(payment, session, key);
                String stands = Answer.JSON.toJson(shown);
                if (!stands.equals(last)) {
                    last = stands;
                    shown.put("now", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()); // a message has no Date header
                    say(out, "data: " + Answer.JSON.toJson(shown) + "\n\n");
                }
                if (payment.ended()) {
                    return;
                }
                if (told.tryAcquire(PING_SECONDS, TimeUnit.SECONDS)) {
                    told.drainPermits();
                } else {
                    say(out, "event: ping\ndata: {}\n\n");
                }
            }
        } finally {
            listeners.computeIfPresent(id, (none, those) -> those.remove(told) && those.isEmpty() ? null : those);
        }
    }

    private static void say(OutputStream out, String text) throws Exception {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
