package shop;

import java.net.URI;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import shop.Notification.Refused;
import shop.Notification.Transaction;
import shop.Store.Order;
import shop.Store.Payment;
import shop.Wallet.Standing;

/** When a payment begins, how its code is made anew, how it is closed, and what ships: one live payment for each order, one shipment. */
final class Payments {
    static final Pattern ATTEMPT = Pattern.compile("mg_[\\w-]{22,61}");

    /** What a creation asks for. A form says no sum: the order does. The names are the contract's. */
    record Wish(String order, String method, String attempt, String return_url, Long amount, String currency) {
        boolean whole() {
            return order != null && method != null && attempt != null && return_url != null && ATTEMPT.matcher(attempt).matches();
        }
    }

    /** The payment of an attempt, and whether it is new. */
    record Begun(Payment payment, boolean isNew) {}

    private final Store store;
    private final Wallet wallet;
    private final Events events;
    /** The origins that may pay here and be returned to. */
    private final Set<String> pages;
    /** Seconds that a code can be paid. */
    private final long life;
    /** Attempts that the provider is being asked about; more than one process would keep this in the store. */
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    /** Held by whoever works off what is due. */
    private final Object due = new Object();

    Payments(Store store, Wallet wallet, Events events, Set<String> pages, long life) {
        this.store = store;
        this.wallet = wallet;
        this.events = events;
        this.pages = pages;
        this.life = life;
    }

    private static long now() {
        return Instant.now().getEpochSecond();
    }

    private static boolean over(Payment payment) {
        return !payment.ended() && payment.isOver();
    }

    private Payment read(String key) throws SQLException, Problem {
        return store.payment(key).orElseThrow(Problem::notFound);
    }

    /** Makes the payment and its code. The provider is asked outside of any transaction: it may take seconds. */
    Begun create(Wish wish, String session) throws Exception {
        if (!busy.add(wish.attempt())) {
            throw new Problem(409, "in_flight");
        }
        try {
            Begun begun = store.<Begun, Problem>change(() -> begun(wish, session));
            boolean ready = !begun.payment().status().equals("pending") || begun.payment().action() != null;
            return ready ? begun : new Begun(code(begun.payment()), begun.isNew());
        } finally {
            busy.remove(wish.attempt());
        }
    }

    private Begun begun(Wish wish, String session) throws SQLException, Problem {
        Order order = store.order(wish.order()).orElseThrow(Problem::notFound);
        if (order.session() != null && !order.session().equals(session)) {
            throw new Problem(403, "not_allowed");
        }
        long amount = wish.amount() == null ? order.amount() : wish.amount();
        String currency = wish.currency() == null ? order.currency() : wish.currency();
        Optional<Payment> known = store.payment(wish.attempt());
        if (known.isPresent()) {
            return new Begun(again(known.get(), wish, amount, currency), false);
        }
        if (!wish.method().equals("wechatpay")) {
            throw new Problem(422, "refused", Map.of("detail", "This shop takes WeChat Pay."));
        }
        if (amount != order.amount() || !currency.equals(order.currency())) {
            throw new Problem(409, "amount_changed", Map.of("amount", order.amount(), "currency", order.currency()));
        }
        if (!pages.contains(originOf(wish.return_url()))) {
            throw new Problem(422, "bad_return_url");
        }
        inTheWay(order.id(), session);
        String id = "pay_" + Answer.random(8);
        store.run("UPDATE orders SET session = ? WHERE id = ?", session, order.id());
        store.run("INSERT INTO payments (attempt, id, order_id, method, amount, currency, status, trade, expires, return_url, session) "
            + "VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?)",
            wish.attempt(), id, order.id(), wish.method(), amount, currency, id, now() + life, wish.return_url(), session);
        store.run("INSERT INTO trades (id, payment) VALUES (?, ?)", id, id);
        return new Begun(read(id), true);
    }

    private static String originOf(String address) {
        try {
            URI uri = URI.create(address);
            return uri.getScheme() + "://" + uri.getRawAuthority();
        } catch (IllegalArgumentException none) {
            return "";
        }
    }

    /** The same key again. One that was canceled before it came makes nothing. */
    private Payment again(Payment known, Wish wish, long amount, String currency) throws SQLException, Problem {
        if (known.order() == null) {
            store.run("UPDATE payments SET order_id = ?, method = ?, amount = ?, currency = ? WHERE attempt = ?",
                wish.order(), wish.method(), amount, currency, wish.attempt());
            return read(wish.attempt());
        }
        boolean same = known.order().equals(wish.order()) && known.method().equals(wish.method()) && known.amount() == amount
            && known.currency().equals(currency);
        if (!same) {
            throw new Problem(422, "key_reused");
        }
        return known;
    }

    /** Refuses what could pay an order twice. */
    private void inTheWay(String order, String session) throws SQLException, Problem {
        Optional<Payment> live = store.first(Payment::of, "SELECT * FROM payments WHERE order_id = ? AND NOT refunded AND status IN "
            + "('pending', 'processing', 'succeeded') ORDER BY status DESC", order);
        if (live.isPresent()) {
            String code = live.get().status().equals("succeeded") ? "order_paid" : "payment_in_progress";
            throw new Problem(409, code, Map.of("payment", Answer.shown(live.get(), session, "")));
        }
    }

    /** Asks the provider for the code of the payment's trade, and keeps it. */
    private Payment code(Payment payment) throws Exception {
        String action = wallet.nativeCode(payment.trade(), payment.amount(), payment.currency(), payment.expires());
        store.run("UPDATE payments SET action = ? WHERE id = ?", action, payment.id());
        return changed(payment.id());
    }

    /** Tells whoever listens, and reads the payment again. */
    private Payment changed(String id) throws SQLException, Problem {
        events.changed(id);
        return read(id);
    }

    /** The payment as it stands: one whose time is over is closed. */
    Payment stands(String key) throws Exception {
        Payment payment = read(key);
        return over(payment) ? close(payment, "expired") : payment;
    }

    private Payment close(Payment payment, String outcome) throws Exception {
        if (payment.ended() || !busy.add(payment.attempt())) {
            return payment;
        }
        try {
            return closed(payment, outcome);
        } finally {
            busy.remove(payment.attempt());
        }
    }

    /**
     * Closes the payment's trade at the provider. What can't be closed was paid, or is over, or it is unclear: the provider is asked
     * how it stands.
     */
    private Payment closed(Payment payment, String outcome) throws SQLException, Problem {
        try {
            if (wallet.close(payment.trade())) {
                return became(payment, outcome);
            }
            became(payment, "processing");
        } catch (Exception fault) {
            later(payment.trade(), fault);
        }
        return asked(payment, outcome);
    }

    /** Asks the provider how the payment's trade stands, for its notification may be lost. If nobody can say it stays as it is. */
    private Payment asked(Payment payment, String outcome) throws SQLException, Problem {
        try {
            Standing standing = wallet.query(payment.trade());
            if (standing.state().equals("paid")) {
                settle(standing.told()); // its order's one live payment: there is no other to be closed
            } else if (standing.state().equals("over") || payment.isOver()) {
                return became(payment, outcome);
            }
        } catch (Exception fault) {
            later(payment.trade(), fault);
        }
        return read(payment.id());
    }

    /** How a live payment stands; nobody can pay its trade any more unless it is processing. */
    private Payment became(Payment payment, String status) throws SQLException, Problem {
        if (!status.equals("processing")) {
            store.run("UPDATE trades SET state = 'closed' WHERE id = ? AND state = 'open'", payment.trade());
        }
        int changed = store.run("UPDATE payments SET status = ? WHERE id = ? AND trade = ? AND status IN ('pending', 'processing') AND status != ?",
            status, payment.id(), payment.trade(), status);
        return changed > 0 ? changed(payment.id()) : read(payment.id());
    }

    /** A key that was never seen is recorded, so that a late creation with it makes nothing. */
    Payment cancel(String key, String session) throws Exception {
        Payment payment = store.<Payment, Problem>change(() -> {
            if (store.payment(key).isEmpty() && ATTEMPT.matcher(key).matches()) {
                store.run("INSERT INTO payments (attempt, id, status, session) VALUES (?, ?, 'canceled', ?)", key, "pay_" + Answer.random(8), session);
            }
            Payment found = read(key);
            if (!found.session().equals(session)) {
                throw new Problem(403, "not_allowed");
            }
            // No refresh makes a code for it any more.
            store.run("UPDATE payments SET status = 'canceled' WHERE id = ? AND status = 'expired'", found.id());
            return read(key);
        });
        return close(payment, "canceled");
    }

    /**
     * Makes a new code if the old one's time is over, after the old one was made unpayable. WeChat Pay wants another number for it,
     * so the payment gets another trade.
     */
    Payment refresh(String key, String session) throws Exception {
        Payment asked = read(key);
        if (!asked.session().equals(session)) {
            throw new Problem(403, "not_allowed");
        }
        if (!busy.add(asked.attempt())) {
            throw new Problem(409, "in_flight");
        }
        try {
            Payment payment = read(key); // as it is now that nobody else is at it
            Payment old = over(payment) ? closed(payment, "expired") : payment;
            if (!old.status().equals("expired")) {
                return old;
            }
            Payment anew = store.<Payment, Problem>change(() -> {
                inTheWay(old.order(), session);
                String trade = old.id() + "_" + Answer.random(2);
                int changed = store.run("UPDATE payments SET status = 'pending', trade = ?, action = NULL, expires = ? "
                    + "WHERE id = ? AND status = 'expired'", trade, now() + life, old.id());
                if (changed > 0) { // else it was canceled or paid meanwhile: as it stands
                    store.run("INSERT INTO trades (id, payment) VALUES (?, ?)", trade, old.id());
                }
                return read(old.id());
            });
            return anew.status().equals("pending") ? code(anew) : anew;
        } finally {
            busy.remove(asked.attempt());
        }
    }

    private Optional<Payment> ofTrade(String trade) throws SQLException {
        return store.first(Payment::of, "SELECT * FROM payments WHERE id = (SELECT payment FROM trades WHERE id = ?)", trade);
    }

    /** What a checked notification says. Once it is in the store it was heard: what can't be done about it now, tidy does. */
    void hears(Transaction told) throws SQLException, Refused {
        settle(told);
        each(CAN_BE_PAID + " AND order_id = (SELECT order_id FROM payments WHERE id = (SELECT payment FROM trades WHERE id = ?))",
            this::lookAfter, told.out_trade_no());
    }

    /** Ships the order once, for the first trade that was paid; whatever was paid for it besides is refunded. */
    private void settle(Transaction told) throws SQLException, Refused {
        String paid = store.<String, Refused>change(() -> {
            Payment payment = ofTrade(told.out_trade_no()).orElseThrow(() -> new Refused("it is of no payment of ours"));
            boolean ours = Wallet.MERCHANT.equals(told.mchid()) && Wallet.APP.equals(told.appid());
            if (!ours || told.amount().total() != payment.amount() || !payment.currency().equals(told.amount().currency())) {
                throw new Refused("it is of another merchant or sum");
            }
            int counts = store.run("UPDATE trades SET state = 'paid' WHERE id = ? AND state IN ('open', 'closed') AND 'SUCCESS' = ?",
                told.out_trade_no(), told.trade_state());
            if (counts > 0) {
                ship(payment, told.out_trade_no());
            }
            return payment.id();
        });
        events.changed(paid);
        workOff();
    }

    private void ship(Payment payment, String trade) throws SQLException {
        // An order whose price is another now is not shipped for the one of before.
        int ships = store.run("UPDATE orders SET shipped_for = ?, shipment = 'due' WHERE id = ? AND shipped_for IS NULL AND amount = ? "
            + "AND currency = ?", trade, payment.order(), payment.amount(), payment.currency());
        if (ships == 0) {
            store.run("UPDATE trades SET state = 'due' WHERE id = ?", trade);
        }
        // Paid twice by an old code and a new one, the payment is paid all the same: one of the two is given back.
        store.run("UPDATE payments SET status = 'succeeded', refunded = NOT EXISTS (SELECT 1 FROM trades WHERE payment = payments.id "
            + "AND state = 'paid') WHERE id = ?", payment.id());
    }

    private static final String CAN_BE_PAID = "SELECT payments.id FROM payments JOIN trades ON trades.id = trade WHERE state = 'open'";

    /** Asks about what nobody told of, closes what nobody should pay any more, and works off what is due; each on its own. */
    void tidy() {
        each(CAN_BE_PAID, this::lookAfter);
        workOff();
    }

    /** Ships and pays back what is due; nobody else does meanwhile, so that nothing is done twice. What fails stays due. */
    private void workOff() {
        synchronized (due) {
            each("SELECT id FROM orders WHERE shipment = 'due'", this::ship);
            each("SELECT id FROM trades WHERE state = 'due'", this::refund);
        }
    }

    interface Deed {
        void of(String id) throws Exception;
    }

    private void each(String query, Deed deed, Object... values) {
        try {
            for (String id : store.all(row -> row.getString(1), query, values)) {
                try {
                    deed.of(id);
                } catch (Exception fault) {
                    later(id, fault);
                }
            }
        } catch (SQLException fault) {
            System.err.println("the store: " + fault);
        }
    }

    private static void later(String id, Exception fault) {
        System.err.println(id + " is still to be closed, asked about, shipped or paid back: " + fault);
    }

    /** Asks about a payment whose trade is open, or closes it if its time is over or nobody should pay it any more. */
    private void lookAfter(String id) throws SQLException, Problem {
        Payment payment = read(id);
        boolean shipped = store.order(payment.order()).orElseThrow(Problem::notFound).shippedFor() != null;
        if (!payment.isOver() && !payment.ended() && !shipped) {
            asked(payment, "expired");
        } else if (busy.add(payment.attempt())) {
            try {
                closed(payment, payment.isOver() ? "expired" : "canceled");
            } finally {
                busy.remove(payment.attempt());
            }
        }
    }

    /** Stands for your warehouse. It may be told twice, if the store fails in between: the order's id is the idempotency key. */
    private void ship(String order) throws SQLException {
        System.out.println("ship order " + order);
        store.run("UPDATE orders SET shipment = 'done' WHERE id = ?", order);
    }

    private void refund(String trade) throws Exception {
        Payment payment = ofTrade(trade).orElseThrow();
        wallet.refund(trade, payment.amount(), payment.currency());
        store.run("UPDATE trades SET state = 'refunded' WHERE id = ?", trade);
        System.out.println("refunded " + trade + " of order " + payment.order());
    }
}
