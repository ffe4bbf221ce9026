//! Draws one row of the list of methods, and only when it changed: of a hundred, a pick draws two again.
//!
//! It does not decide which rows there are. The rows are a component of their own, the only one below the root: Yew leaves
//! a component alone whose properties are what they were.

use super::control::{Weight, gives, says};
use super::scene::Scene;
use super::{Face, naming};
use crate::checkout::machine::{Gesture, State};
use crate::checkout::money::Amount;
use crate::checkout::offer::Offered;
use crate::words::Key;
use std::rc::Rc;
use yew::prelude::*;

/// The row at this place of the offer; `held` while the creation is on its way.
pub(super) fn draw(scene: &Scene<'_>, at: usize, held: bool) -> Html {
    let (state, face, on) = (scene.state.clone(), scene.face.clone(), scene.on.clone());
    html! { <Row {state} {face} {on} {at} {held} /> }
}

/// Whether the row at this place is the one picked.
pub(super) fn is_picked(state: &State, at: usize) -> bool {
    let picked = |row: &Offered| row.works() && state.chosen.as_ref() == Some(&row.method.id);
    state.offer.shown.get(at).is_some_and(picked)
}

#[derive(Clone, Properties)]
struct RowProps {
    state: Rc<State>,
    face: Rc<Face>,
    on: Callback<Gesture>,
    at: usize,
    held: bool,
}

/// What the row shows of the state, not the state, which is another with every pick.
impl PartialEq for RowProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state.offer, &other.state.offer)
            && self.state.order.amount == other.state.order.amount
            && is_picked(&self.state, self.at) == is_picked(&other.state, other.at)
            && (self.at, self.held) == (other.at, other.held)
            && self.face == other.face
            && self.on == other.on
    }
}

struct Row;

impl Component for Row {
    type Message = ();
    type Properties = RowProps;

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let RowProps { state, face, on, at, held } = ctx.props();
        let scene = Scene { state, face, now: 0, on, drawing: None, notice: None, unfocused: None };
        state
            .offer
            .shown
            .get(*at)
            .map_or_else(Html::default, |row| draw_now(&scene, row, (is_picked(state, *at), *held)))
    }
}

fn draw_now(scene: &Scene<'_>, offered: &Offered, (picked, held): (bool, bool)) -> Html {
    let id = &offered.method.id;
    let described = ["moongate-", id.as_str()].concat();
    let name = naming::name(&offered.method, &scene.face.words);
    let hint = naming::hint(offered, scene.state.offer.environment.app, &scene.face.words);
    html! {
        <div class="method" part={if picked { "method method-selected" } else { "method" }} data-method={id.as_str().to_owned()}
            data-works={if offered.works() { "true" } else { "false" }}>
            <label class="row">
                <input type="radio" name="moongate-method" value={id.as_str().to_owned()} aria-label={name.to_owned()}
                    aria-describedby={described.clone()} checked={picked} disabled={held || !offered.works()}
                    data-gesture="choose" onchange={gives::<Event>(scene, Gesture::Choose(id.clone()))} />
                { tile(offered) }
                <span class="about">
                    <span class="name">{ scene.text(name) }</span>
                    <span class="hint" id={described}><span>{ scene.text(&hint) }</span>{ fee(scene, offered) }</span>
                </span>
            </label>
            { way_out(scene, offered) }
        </div>
    }
}

fn tile(offered: &Offered) -> Html {
    match &offered.method.icon {
        Some(icon) => {
            html! { <img class="tile" src={icon.clone()} alt="" width="36" height="36" referrerpolicy="no-referrer" /> }
        }
        None => html! { <span class="tile" aria-hidden="true">{ naming::tile(&offered.method) }</span> },
    }
}

fn fee(scene: &Scene<'_>, offered: &Offered) -> Html {
    let order = &scene.state.order.amount;
    let Ok(fee) = Amount::new(offered.total.minor().saturating_sub(order.minor()), order.currency()) else {
        return Html::default();
    };
    let text = scene.face.words.fill(Key::FeeAdded, &[("sum", &scene.face.intl.sum(&fee))]);
    html! { <span class="fee">{ text }</span> }
}

fn way_out(scene: &Scene<'_>, offered: &Offered) -> Html {
    if offered.works() {
        return Html::default();
    }
    says(scene, Weight::Quiet, Gesture::CopyLink, Key::CopyLink)
}
