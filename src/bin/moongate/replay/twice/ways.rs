//! Decides what the guide says of each way to pay twice, in the order of the contract's table.
//!
//! What happens in each is played by [`super::stories`].

use super::{Way, stories};

/// The rows of the contract's table, in its order.
pub(super) fn ways() -> [Way; 9] {
    [
        another_wallet(),
        lost_creation(),
        elsewhere(),
        already_paid(),
        new_code(),
        same_press(),
        late_money(),
        another_cart(),
        strangers_link(),
    ]
}

fn another_wallet() -> Way {
    Way {
        title: ["旧码还在，又换了一种钱包", "A code saved or left on another screen, then another wallet"],
        text: [
            "先请服务器关掉旧的一笔，它说关了才开始新的；关不掉就等结果，不给别的付法。",
            "The server is asked to close the first before anything else begins. What can't be closed is waited for, and no other way is offered.",
        ],
        stories: vec![
            ("关掉再换 · closed, then another", stories::left_code()),
            ("正在付，关不掉 · being paid, so not closed", stories::left_code_that_is_being_paid()),
        ],
        bugs: &[
            "another method without closing the code first",
            "what could not be closed counts as closed",
            "a cancelation whose answer was lost counts as done",
            "the server says canceled and leaves the code payable",
        ],
        tests: &[
            "machine::an_attempt_that_can_not_be_closed_allows_no_other",
            "machine::canceling_what_was_paid_meanwhile_ends_as_paid",
            "returning::another_way_is_taken_only_after_the_first_is_closed",
        ],
    }
}

fn lost_creation() -> Way {
    Way {
        title: ["建单的答复丢了，查也查不到", "The creation's answer is lost, and asking finds nothing"],
        text: [
            "查不到不算数。用同一把钥匙再发；要换付法，先作废这把钥匙，迟到的建单就什么也建不成。",
            "Not found proves nothing. The same key is sent again; before another way, that key is canceled, so that a creation that comes late makes nothing.",
        ],
        stories: vec![("三次没有答复，再换一种 · no answer three times, then another", stories::lost_creation())],
        bugs: &[
            "a creation whose answer was lost is forgotten",
            "not found proves that there is nothing",
            "a lost creation is sent again with another key",
            "the server makes a payment of a late creation",
        ],
        tests: &[
            "machine::a_lost_creation_is_sent_again_with_its_key_and_then_left_pending",
            "machine::another_method_after_a_lost_creation_closes_the_key_first",
            "machine::not_found_proves_nothing_so_the_key_stays_pending",
            "once::an_answer_that_is_lost_is_asked_for_again_with_the_same_key",
        ],
    }
}

fn elsewhere() -> Way {
    Way {
        title: ["另一个标签页、浏览器或设备；存储被清", "Another tab, browser or device; cleared storage"],
        text: [
            "每个订单在服务器上只有一笔可付的款：第二把钥匙得到 409 和那一笔，页面就接着那一笔走。",
            "One live payment for each order, at the server: another key gets 409 with that payment, and the page takes it up.",
        ],
        stories: vec![("另一处已经开始 · begun elsewhere", stories::another_tab())],
        bugs: &["the server makes a second live payment", "the order's own payment is not taken up"],
        tests: &[
            "machine::an_order_that_is_paid_elsewhere_is_taken_up",
            "once::a_second_tab_that_knows_nothing_of_the_first_takes_the_same_payment_up",
            "returning::two_tabs_that_are_pressed_at_once_make_one_payment",
        ],
    }
}

fn already_paid() -> Way {
    Way {
        title: ["“已经付过”被当成失败", "“Already paid” read as a failure"],
        text: [
            "钱包拒绝时说的“已付、不清楚、还没有”都当作待定：只去查，不给重付。",
            "A refusal that says paid, unclear or not there yet counts as pending: the page asks, and offers no retry.",
        ],
        stories: vec![("ORDERPAID", stories::unclear_refusal())],
        bugs: &["a refusal that may mean paid ends the attempt"],
        tests: &[
            "machine::what_the_provider_refused_as_perhaps_paid_is_asked_about_for_as_long_as_it_takes_and_no_other_way_is_offered",
            "twice::a_refusal_that_may_mean_paid_is_asked_about_and_not_paid_again",
        ],
    }
}

fn new_code() -> Way {
    Way {
        title: ["旧码正在付时换新码", "A new code while the first is being paid"],
        text: [
            "换码先让旧码付不了，或者答“已付”。迟到的换码会救活服务器已经说过期的那一笔，所以换过码的一笔过期以后，先关掉才算完。",
            "Refresh first makes the old code unpayable, or answers succeeded. One that arrives late would bring back to life what the server called expired: so what was renewed and has expired is closed before it has ended.",
        ],
        stories: vec![
            ("旧码已付 · the old code was paid", stories::paid_while_renewed()),
            ("迟到的换码 · a new code asked for too late", stories::renewed_too_late()),
        ],
        bugs: &[
            "a new code is a new attempt",
            "no refresh at this server, so another attempt at once",
            "what a late new code may bring back is not closed first",
            "the server leaves the old code payable",
        ],
        tests: &[
            "machine::what_a_late_new_code_may_bring_back_to_life_is_closed_before_it_has_ended",
            "machine::what_came_back_to_life_is_waited_for_and_not_paid_beside",
            "returning::a_code_whose_time_is_over_is_checked_once_more_and_renewed_by_one_press",
            "twice::a_new_code_that_is_asked_for_too_late_is_none",
        ],
    }
}

fn same_press() -> Way {
    Way {
        title: ["双击、重新挂载、后退、重交表单", "Double click, remount, back, resubmitted form"],
        text: [
            "同一次尝试，同一把钥匙，同一笔款；刷新以后从浏览器所留的接着走。",
            "The same attempt, the same key, the same payment; after a reload the page goes on with what the browser kept.",
        ],
        stories: vec![("按两次，再刷新 · pressed twice, then loaded again", stories::pressed_twice())],
        bugs: &["a second press is a second attempt", "a reload forgets the attempt"],
        tests: &[
            "machine::a_second_press_begins_nothing",
            "once::a_double_click_on_pay_makes_one_payment",
            "once::a_reload_while_the_creation_is_under_way_makes_no_second_one",
            "returning::the_back_button_leads_to_the_payment_and_not_to_a_second_one",
        ],
    }
}

fn late_money() -> Way {
    Way {
        title: ["最后一秒付的，或过期以后付的", "Paid in the last second, or after expiry"],
        text: [
            "钟点不结束任何事：到点再查一次，由服务器说；后到的“已付”盖过别的结果。",
            "No timer ends anything: a last check, and the server's word; a late success replaces any other outcome.",
        ],
        stories: vec![("过期以后付 · paid after it had expired", stories::paid_late())],
        bugs: &["the time that is over ends the attempt", "a late success is not believed"],
        tests: &[
            "machine::a_timer_ends_nothing_but_leads_to_a_last_check_and_a_new_code",
            "machine::a_late_success_wins_over_any_other_outcome",
            "returning::money_that_comes_after_the_end_is_still_told",
        ],
    }
}

fn another_cart() -> Way {
    Way {
        title: ["付款时购物车变了", "The cart changed under the widget"],
        text: [
            "<code>update()</code> 先关掉旧金额的一笔；服务器对旧金额答 <code>amount_changed</code>。",
            "<code>update()</code> closes the old sum's payment first; the server answers the old sum with <code>amount_changed</code>.",
        ],
        stories: vec![("改了金额 · another sum", stories::another_cart())],
        bugs: &["another cart takes the place without closing", "the server leaves a code of the old sum payable"],
        tests: &[
            "machine::another_sum_closes_a_live_attempt_first",
            "wrong::an_order_that_costs_something_else_is_not_paid",
        ],
    }
}

fn strangers_link() -> Way {
    Way {
        title: ["带着别人那一笔的链接", "A link with somebody else's paid attempt"],
        text: [
            "答复必须回应这个订单和金额，否则不信，也不出声：不算已付，也不留下它。",
            "An answer must name this order and sum, or it is not believed: dropped in silence, never shown as paid, never kept.",
        ],
        stories: vec![("别人的链接 · somebody else's link", stories::strangers_link())],
        bugs: &["somebody else's link is kept", "somebody else's link is complained about"],
        tests: &[
            "machine::somebody_elses_link_is_dropped_in_silence",
            "returning::a_link_with_somebody_elses_attempt_is_dropped_in_silence",
        ],
    }
}
