//! A shop in Yew with the checkout as one of its components.

use moongate::browser::Checkout;
use moongate::checkout::json::Json;
use yew::prelude::*;

#[component]
fn Shop() -> Html {
    let outcome = use_state(|| "");
    let on = {
        let outcome = outcome.clone();
        Callback::from(move |event: web_sys::CustomEvent| {
            // For display only: the server ships, on the provider's signed notification.
            if event.type_() == "moongate-complete" {
                outcome.set("There is an outcome.");
            }
        })
    };
    let options = Json::object([
        ("endpoint", Json::from_text("/checkout")),
        ("order", Json::from_text("SO-1001")),
        ("amount", Json::Number("12800".to_owned())),
        ("currency", Json::from_text("CNY")),
        ("testMode", Json::Bool(true)),
    ]);
    html! {
        <main>
            <Checkout {options} {on} />
            <p id="outcome" role="status">{ *outcome }</p>
        </main>
    }
}

fn main() {
    yew::Renderer::<Shop>::new().render();
}
